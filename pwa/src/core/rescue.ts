// The way out of a dying phone: everything the county has not confirmed, as one file. Bodies verbatim, each with its signature, so that the file
// proves its author; photos under their hash. Importing it gives the same receipts as sending would have. Exporting deletes nothing.
// Where the browser lends a file on the disk, the archive is written there piece by piece; else it is put together of Blobs, which browsers
// keep on the disk when they grow.
import { utf8 } from './bytes';
import type { Database } from './db';
import type { Host, Scratch } from './host';
import { readMeta } from './meta';
import { waiting, type Waiting } from './outbox';
import { zipped, type ZipEntry } from './zip';

export async function exportBackup(db: Database, host: Pick<Host, 'now' | 'scratch'>): Promise<Blob> {
  const scratch = await host.scratch?.().catch(() => null);
  if (scratch) {
    try {
      return await written(db, host.now(), scratch);
    } catch {
      // No room for a second copy on the disk, or the browser took its file back: the other way needs neither.
      await scratch.drop().catch(() => undefined);
    }
  }
  const parts: Blob[] = [];
  for await (const piece of zipped(entries(db, host.now()))) parts.push(new Blob([piece]));
  return new Blob(parts, { type: 'application/zip' });
}

async function written(db: Database, now: number, scratch: Scratch): Promise<Blob> {
  for await (const piece of zipped(entries(db, now))) await scratch.write(piece);
  return scratch.finish();
}

async function* entries(db: Database, now: number): AsyncGenerator<ZipEntry> {
  const held = await waiting(db);
  yield { name: 'manifest.json', bytes: utf8(JSON.stringify(await manifest(db, held, now), null, 2)) };
  const named = new Set<string>();
  for (const row of held.operations) {
    const body = await db.read(['bodies'], (tx) => tx.objectStore('bodies').get(row.id));
    if (body) yield { name: `operations/${row.id}.json`, bytes: new Uint8Array(body) };
    for (const file of held.files.get(row.id) ?? []) {
      if (named.has(file.sha256)) continue;
      const bytes = await db.read(['file_bytes'], (tx) => tx.objectStore('file_bytes').get(file.file_id));
      if (!bytes) continue;
      named.add(file.sha256);
      yield { name: `files/${file.sha256}`, bytes: new Uint8Array(bytes) };
    }
  }
}

async function manifest(db: Database, { operations, files }: Waiting, now: number): Promise<object> {
  const device = await readMeta(db, 'device');
  const profile = await readMeta(db, 'profile');
  return {
    schema: 'lalian.rescue/1',
    // Work of a demo says so to whoever opens the file.
    ...(profile?.demo ? { demo: true, note: '示例数据，不是真实情况 · Example data, nothing in it is real' } : {}),
    exported_at: new Date(now).toISOString(),
    device: device ? { id: device.id, public_key: device.public_key } : null,
    person: profile?.person ?? null,
    operations: operations.map((row) => ({
      operation_id: row.id,
      seq: row.seq,
      hash: `sha-256:${row.sha256}`,
      signature: row.signature,
      body: `operations/${row.id}.json`,
      files: (files.get(row.id) ?? []).map(({ file_id, sha256, bytes, upload }) => ({ file_id, sha256, bytes, upload, path: `files/${sha256}` })),
    })),
  };
}
