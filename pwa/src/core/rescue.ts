// The way out of a dying phone: everything the county has not confirmed, as one file. Bodies verbatim, each with its signature, so that the file
// proves its author; photos under their hash. Importing it gives the same receipts as sending would have.
import { utf8 } from './bytes';
import type { Database } from './db';
import { readMeta } from './meta';
import { waiting } from './outbox';
import { zip, type ZipEntry } from './zip';

export async function exportBackup(db: Database, now: number): Promise<Blob> {
  const { operations, files } = await waiting(db);
  const device = await readMeta(db, 'device');
  const profile = await readMeta(db, 'profile');
  const manifest = {
    schema: 'lalian.rescue/1',
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
  const entries: ZipEntry[] = [{ name: 'manifest.json', bytes: utf8(JSON.stringify(manifest, null, 2)) }];
  const named = new Set<string>();
  for (const row of operations) {
    const body = await db.read(['bodies'], (tx) => tx.objectStore('bodies').get(row.id));
    if (body) entries.push({ name: `operations/${row.id}.json`, bytes: new Uint8Array(body) });
    for (const file of files.get(row.id) ?? []) {
      if (named.has(file.sha256)) continue;
      const bytes = await db.read(['file_bytes'], (tx) => tx.objectStore('file_bytes').get(file.file_id));
      if (!bytes) continue;
      named.add(file.sha256);
      entries.push({ name: `files/${file.sha256}`, bytes: new Uint8Array(bytes) });
    }
  }
  return zip(entries);
}
