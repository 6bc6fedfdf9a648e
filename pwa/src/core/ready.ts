// "Ready for the field": what this phone can say of itself before it leaves the signal. Facts only; the screen says what is good enough and what
// to do. What only the page knows (permissions, the browser, the home screen) is looked at there.
import { sha256 } from './bytes';
import type { Clock } from './clock';
import type { Database } from './db';
import type { Host } from './host';
import { getMeta } from './meta';
import type { StorageStatus } from './model';
import { waiting } from './outbox';
import { storageStatus } from './quota';
import type { WorkingSet } from './working';

export interface Readiness {
  readonly storage: StorageStatus;
  /** A photo's worth of bytes written, read back and compared, in this time; null = it failed. */
  readonly write_ms: number | null;
  readonly sites: number;
  readonly checklists: number;
  readonly pulled_at: number | null;
  /** Example pictures of the checklists that lie here, of how many. */
  readonly examples: { readonly here: number; readonly all: number };
  /** This phone's clock minus the server's; null = they never met. */
  readonly ahead_ms: number | null;
  readonly unsent: { readonly operations: number; readonly files: number };
  /** Sealed work can be sent without a login. */
  readonly credential: boolean;
}

export interface ReadyParts {
  readonly host: Host;
  readonly db: Database;
  readonly working: WorkingSet;
  readonly clock: Clock;
}

const PROBE = 'ready-check';
const PROBE_BYTES = 1_000_000;
const BLOCK = 65_536;

export async function readiness({ host, db, working, clock }: ReadyParts): Promise<Readiness> {
  const write_ms = await probe(host, db);
  const [storage, sites, lists, { operations, files }] = await Promise.all([
    storageStatus(host),
    working.sites({}),
    working.all('checklists'),
    waiting(db),
  ]);
  const wanted = new Set(lists.flatMap((list) => list.body.items.flatMap((item) => (item.examples ?? []).map((example) => example.sha256))));
  const meta = await db.read(['meta', 'examples'], async (tx) => ({
    cursor: await getMeta(tx, 'cursor'),
    device: await getMeta(tx, 'device'),
    examples: await tx.objectStore('examples').getAllKeys(),
  }));
  return {
    storage,
    write_ms,
    sites: sites.length,
    checklists: lists.length,
    pulled_at: meta.cursor?.pulled_at ?? null,
    examples: { here: meta.examples.filter((hash) => wanted.has(hash)).length, all: wanted.size },
    ahead_ms: clock.ahead_ms(),
    unsent: {
      operations: operations.filter((row) => row.progress === 'sealed').length,
      files: [...files.values()].flat().filter((file) => file.upload === 'held').length,
    },
    credential: (meta.device?.credential ?? null) !== null,
  };
}

/** Writes as a photo is written, reads it back and takes it away again. */
async function probe(host: Host, db: Database): Promise<number | null> {
  const bytes = new Uint8Array(PROBE_BYTES);
  for (let at = 0; at < bytes.length; at += BLOCK) crypto.getRandomValues(bytes.subarray(at, at + BLOCK));
  const began = host.monotonic();
  try {
    await db.write(['file_bytes'], (tx) => tx.objectStore('file_bytes').put(bytes.buffer, PROBE));
    const back = await db.read(['file_bytes'], (tx) => tx.objectStore('file_bytes').get(PROBE));
    const same = back !== undefined && (await sha256(back)) === (await sha256(bytes));
    return same ? Math.round(host.monotonic() - began) : null;
  } catch {
    return null;
  } finally {
    await db.write(['file_bytes'], (tx) => tx.objectStore('file_bytes').delete(PROBE)).catch(() => undefined);
  }
}
