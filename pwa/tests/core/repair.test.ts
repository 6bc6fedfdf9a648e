// Reconcile after a restored server, the deletion rule, refusals, damaged and missing bytes, wrong credentials: what the phone does when something is
// not as it was promised.
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { purge, mayPurge, requeue } from '../../src/core/settle';
import { forgetErased } from '../../src/core/erased';
import { readMeta, writeMeta } from '../../src/core/meta';
import type { OperationRow } from '../../src/core/model';
import { needsAttention, workOf } from '../../src/core/outbox';
import { randomBytes } from './fake-server';
import { HOUR, World } from './world';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.enrol();
});

const operation = (id: string): Promise<OperationRow | undefined> => world.db.read(['operations'], (tx) => tx.objectStore('operations').get(id));
const bytesHeld = (): Promise<number> => world.db.read(['file_bytes'], (tx) => tx.objectStore('file_bytes').count());

/** Sent, and reconciled a day later. */
async function dayAfter(): Promise<void> {
  await world.drain();
  world.time += 25 * HOUR;
  await world.drain();
}

test('a server restored from an older backup gets again what it lost', async () => {
  const kept = await world.visit([5_000]);
  await world.drain();
  const lost = await world.visit([6_000]);
  await world.drain();
  expect((await operation(lost))?.progress).toBe('confirmed');
  world.server.restore((id) => id === kept);
  await world.drain();
  expect(await world.missingOrWrong()).toEqual([]);
  expect((await readMeta(world.db, 'reconciled'))?.epoch).toBe('epoch-2');
  expect((await operation(kept))?.reconciled_epoch).toBe('epoch-2');
});

test('a backup from between the answers and their photos: the photos go out once more', async () => {
  const halved = await world.visit([5_000, 40_000]);
  await world.drain();
  expect((await operation(halved))?.progress).toBe('confirmed');
  world.server.restore(
    () => true,
    () => false,
  );
  await world.drain();
  expect(await world.missingOrWrong()).toEqual([]);
  expect((await operation(halved))?.reconciled_epoch).toBe(null);
  await dayAfter();
  expect((await operation(halved))?.reconciled_epoch).toBe('epoch-2');
});

test('a restore is noticed in the middle of a running day by any answer', async () => {
  const first = await world.visit([5_000]);
  await world.drain();
  const { lane } = world.lane();
  while ((await lane.step(() => false)).kind === 'did');
  world.server.restore(() => false);
  await world.visit([]);
  for (let i = 0; i < 50; i++) await lane.step(() => false);
  expect(world.server.operations.has(first)).toBe(true);
  expect(await world.missingOrWrong()).toEqual([]);
});

test('an operation that the server forgot without a new epoch is found when its receipt is asked for', async () => {
  const id = await world.visit([5_000]);
  world.server.faults.push((seen) => (seen.path.endsWith('/receipt') && world.server.operations.size > 0 ? (world.server.operations.clear(), null) : null));
  await world.drain().catch(() => undefined);
  world.server.faults.length = 0;
  await world.drain();
  expect(world.server.operations.has(id)).toBe(true);
  expect(await world.missingOrWrong()).toEqual([]);
});

test('photos go only with a receipt, a reconcile, 72 hours and a backup that holds them', async () => {
  world.server.safe_through = 0;
  const id = await world.visit([5_000]);
  await world.drain();
  world.time += 73 * HOUR;
  await world.drain();
  expect(await bytesHeld()).toBe(1);
  world.server.safe_through = 1;
  world.time += 25 * HOUR;
  await world.drain();
  expect(await bytesHeld()).toBe(0);
  expect((await operation(id))?.progress).toBe('purged');
  expect(await world.missingOrWrong()).toEqual([]);
});

test('without any backup to point at, photos stay fourteen days', async () => {
  await world.visit([5_000]);
  await world.drain();
  world.time += 13 * 24 * HOUR;
  await world.drain();
  expect(await bytesHeld()).toBe(1);
  world.time += 25 * HOUR;
  await world.drain();
  expect(await bytesHeld()).toBe(0);
});

test('a new epoch that was heard but not reconciled stops all deleting', async () => {
  world.server.safe_through = 99;
  await world.visit([5_000]);
  await dayAfter();
  await writeMeta(world.db, 'epochs', ['epoch-1', 'epoch-2']);
  expect(await purge(world.db, world.time + 1_000 * HOUR)).toBe(0);
  await writeMeta(world.db, 'epochs', ['epoch-1']);
  expect(await purge(world.db, world.time + 1_000 * HOUR)).toBe(1);
});

test('each condition of the deletion rule is needed', async () => {
  const id = await world.visit([5_000]);
  await dayAfter();
  const row = (await operation(id)) as OperationRow;
  const reconciled = { epoch: 'epoch-1', safe_through: 1 };
  const confirmed = row.confirmed_at ?? 0;
  const late = confirmed + 73 * HOUR;
  expect(mayPurge(row, reconciled, late)).toBe(true);
  expect(mayPurge(row, reconciled, confirmed + 71 * HOUR)).toBe(false);
  expect(mayPurge(row, null, late)).toBe(false);
  expect(mayPurge(row, { ...reconciled, safe_through: 0 }, late)).toBe(false);
  expect(mayPurge({ ...row, reconciled_epoch: null }, reconciled, late)).toBe(false);
  expect(mayPurge({ ...row, reconciled_epoch: 'epoch-0' }, reconciled, late)).toBe(false);
  expect(mayPurge({ ...row, confirmed_at: null }, reconciled, late)).toBe(false);
  expect(mayPurge({ ...row, progress: 'received' }, reconciled, late)).toBe(false);
  expect(mayPurge({ ...row, verdict: { kind: 'refused', code: 'x', words: null, server_seq: 1 } }, reconciled, late)).toBe(false);
});

test('a refused operation does not block the next, keeps its photos going, and is judged again when sent again', async () => {
  world.server.refuse = ({ kind }) => (kind === 'finding.report/1' ? 'outside_county' : null);
  const refused = await world.visit([5_000]);
  world.server.refuse = null;
  const first = world.server;
  first.refuse = (() => {
    let count = 0;
    return () => (count++ === 0 ? 'outside_county' : null);
  })();
  const fine = await world.visit([]);
  await world.drain();
  const row = (await operation(refused)) as OperationRow;
  expect(row.verdict).toMatchObject({ kind: 'refused', code: 'outside_county' });
  expect(needsAttention(row)).toBe(true);
  expect(workOf(row, [], { sending: null, needs_login: false }).state).toBe('refused');
  expect((await operation(fine))?.progress).toBe('confirmed');
  expect(world.server.files.size).toBe(1);
  // The office put right what stood in the way.
  world.server.operations.delete(refused);
  await requeue(world.db, [refused]);
  await world.drain();
  expect((await operation(refused))?.verdict.kind).toBe('accepted');
  expect(await world.missingOrWrong()).toEqual([]);
});

test('425 waits for the other operation without holding anybody up', async () => {
  const unknown = '0192f000-0000-7000-8000-000000000000';
  const waits = await world.visit([], [unknown]);
  const free = await world.visit([]);
  const { lane } = world.lane();
  for (let i = 0; i < 10; i++) await lane.step(() => false);
  expect((await operation(waits))?.problem).toEqual({ kind: 'waits_for_other', operation_id: unknown });
  expect((await operation(free))?.progress).toBe('confirmed');
});

test('a credential that is not taken pauses sending and nothing else; a new one goes on', async () => {
  world.server.credential = 'cred-2';
  const id = await world.visit([5_000]);
  const { lane } = world.lane();
  expect(await lane.step(() => false)).toEqual({ kind: 'rest', until: null });
  expect(lane.blocked).toBe(true);
  const before = world.server.seen.length;
  await lane.step(() => false);
  expect(world.server.seen.length).toBe(before);
  expect(await world.visit([])).toBeTruthy();
  const device = await readMeta(world.db, 'device');
  if (!device) throw new Error('no device');
  await writeMeta(world.db, 'device', { ...device, credential: 'cred-2' });
  await world.drain();
  expect((await operation(id))?.progress).toBe('confirmed');
  expect(await world.missingOrWrong()).toEqual([]);
});

test('a photo whose bytes are gone or changed is named, and everything else still arrives', async () => {
  const id = await world.visit([5_000, 6_000]);
  const other = await world.visit([7_000]);
  const files = await world.db.read(['files'], (tx) => tx.objectStore('files').index('owner').getAll(id));
  await world.db.write(['file_bytes'], async (tx) => {
    await tx.objectStore('file_bytes').delete(files[0]?.file_id ?? '');
    await tx.objectStore('file_bytes').put(new ArrayBuffer(6_000), files[1]?.file_id ?? '');
  });
  const { lane } = world.lane();
  for (let i = 0; i < 40; i++) await lane.step(() => false);
  const row = (await operation(id)) as OperationRow;
  expect(row.problem?.kind).toBe('bytes_lost');
  expect(row.verdict.kind).toBe('accepted');
  expect(needsAttention(row)).toBe(true);
  expect((await operation(other))?.progress).toBe('confirmed');
  expect(world.server.files.size).toBe(1);
});

test('a piece that arrives changed is sent again; nothing wrong is stored', async () => {
  let broken = 0;
  const fetch = world.server.fetch;
  Object.assign(world.server, {
    fetch: (input: string, init: RequestInit = {}) => {
      if (init.method === 'PATCH' && broken < 2) {
        broken += 1;
        const changed = new Uint8Array(init.body as Uint8Array<ArrayBuffer>);
        changed[0] = (changed[0] ?? 0) ^ 1;
        return fetch(input, { ...init, body: changed });
      }
      return fetch(input, init);
    },
  });
  await world.visit([100_000]);
  await world.drain();
  expect(broken).toBe(2);
  expect(await world.missingOrWrong()).toEqual([]);
});

test('an upload goes on where it stopped, after a restart too', async () => {
  await world.visit([400_000]);
  let patches = 0;
  world.server.faults.push((seen) => (seen.method === 'PATCH' && ++patches === 3 ? { when: 'after', answer: () => 'cut' } : null));
  const { lane } = world.lane();
  for (let i = 0; i < 4; i++) await lane.step(() => false);
  expect(world.server.bytesIn).toBeGreaterThan(0);
  await world.drain();
  expect(world.server.bytesIn).toBe(400_000);
  expect(await world.missingOrWrong()).toEqual([]);
});

test('a newly sealed visit interrupts a long upload between two pieces', async () => {
  await world.visit([2_000_000]);
  const { lane } = world.lane();
  await lane.step(() => false);
  await lane.step(() => false);
  let asked = 0;
  await lane.step(() => ++asked > 2);
  const second = await world.visit([]);
  await lane.step(() => false);
  expect(world.server.operations.has(second)).toBe(true);
  expect(world.server.files.size).toBe(0);
  await world.drain();
  expect(world.server.bytesIn).toBe(2_000_000);
});

test('a newly sealed visit does not wait for the piece under way, and the link is not blamed for it', async () => {
  await world.visit([100_000]);
  const { lane, link } = world.lane();
  while (world.server.operations.size === 0 || world.server.uploads.size === 0) await lane.step(() => world.server.uploads.size > 0);
  const hurry = new AbortController();
  const fetch = world.server.fetch;
  // A piece that never ends by itself.
  Object.assign(world.server, {
    fetch: (input: string, init: RequestInit = {}) =>
      init.method === 'PATCH'
        ? new Promise((_, fail) => {
            init.signal?.addEventListener('abort', () => fail(new Error('aborted')));
            setTimeout(() => hurry.abort(), 5);
          })
        : fetch(input, init),
  });
  expect(await lane.step(() => false, 'all', hurry.signal)).toEqual({ kind: 'did' });
  expect(link.waiting).toBe(null);
  const second = await world.visit([]);
  await lane.step(() => false);
  expect(world.server.operations.has(second)).toBe(true);
  Object.assign(world.server, { fetch });
  await world.drain();
  expect(await world.missingOrWrong()).toEqual([]);
});

test('behind a proxy that knows only GET, HEAD and POST everything goes as POST', async () => {
  const fetch = world.server.fetch;
  const plain: string[] = [];
  Object.assign(world.server, {
    fetch: (input: string, init: RequestInit = {}) => {
      if (init.method === 'PUT' || init.method === 'PATCH') {
        plain.push(init.method);
        return Promise.resolve(new Response('<html>Method Not Allowed</html>', { status: 405 }));
      }
      return fetch(input, init);
    },
  });
  await world.visit([50_000]);
  await world.visit([50_000]);
  await world.drain();
  expect(await world.missingOrWrong()).toEqual([]);
  expect(plain).toEqual(['PUT']);
});

test('receipts signed with a key that was rotated in are checked with the newly published keys', async () => {
  await world.visit([]);
  await world.drain();
  world.server.rotateKeys();
  await world.visit([]);
  await world.drain();
  expect(await world.missingOrWrong()).toEqual([]);
});

test('a receipt that does not fit is reported and nothing is deleted for it', async () => {
  const id = await world.visit([5_000]);
  const honest = world.server.jws.bind(world.server);
  world.server.jws = (claims) => honest({ ...claims, hash: 'sha-256:00' });
  const { lane } = world.lane();
  for (let i = 0; i < 12; i++) await lane.step(() => false);
  const row = (await operation(id)) as OperationRow;
  expect(row.problem).toEqual({ kind: 'differs', what: 'receipt' });
  expect(row.confirmed_at).toBeNull();
  expect(await bytesHeld()).toBe(1);
});

test('a receipt that comes when the server no longer wants a photo is checked like any other', async () => {
  const id = await world.visit([5_000]);
  const honest = world.server.jws.bind(world.server);
  let sent = '';
  // Another put these bytes there, and the receipt is not for what lies here.
  world.server.jws = (claims) => honest({ ...claims, hash: 'sha-256:00' });
  world.server.faults.push((seen) => {
    if (seen.method !== 'POST' || !seen.path.endsWith('/uploads')) return null;
    sent = atob((seen.headers.get('upload-metadata') ?? '').replace('sha256 ', ''));
    world.server.files.set(sent, randomBytes(5_000));
    return { when: 'before', answer: () => new Response('', { status: 404, headers: { 'Lalian-Epoch': 'epoch-1' } }) };
  });
  const { lane } = world.lane();
  for (let i = 0; i < 12; i++) await lane.step(() => false);
  expect((await operation(id))?.problem).toEqual({ kind: 'differs', what: 'receipt' });
  const [file] = await world.db.read(['files'], (tx) => tx.objectStore('files').index('owner').getAll(id));
  expect(file?.upload).toBe('held');
  world.server.files.delete(sent);
  world.server.faults.length = 0;
  world.server.jws = honest;
  for (const row of world.server.operations.values()) row.receipt = null;
  await world.drain();
  expect(await world.missingOrWrong()).toEqual([]);
});

test('photos that the county erased leave this phone, the record stays and nothing is sent again', async () => {
  const id = await world.visit([5_000, 6_000]);
  await world.drain();
  const [erased, other] = await world.db.read(['files'], (tx) => tx.objectStore('files').index('owner').getAll(id));
  if (!erased || !other) throw new Error('two photos');
  await forgetErased(world.db, [erased.file_id]);
  await forgetErased(world.db, [erased.file_id, '00000000-0000-4000-8000-000000000000']);
  const held = await world.db.read(['file_bytes', 'thumbs'], async (tx) => [...(await tx.objectStore('file_bytes').getAllKeys()), ...(await tx.objectStore('thumbs').getAllKeys())]);
  expect(held).not.toContain(erased.file_id);
  expect(held).toContain(other.file_id);
  await world.drain();
  expect((await operation(id))?.progress).toBe('confirmed');
  expect(await world.db.read(['files'], (tx) => tx.objectStore('files').get(erased.file_id))).toMatchObject({ upload: 'purged', sha256: erased.sha256 });
});
