// The export of unsent work: whole, self-describing, one photo in memory at a time, and nothing is changed by it.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { sha256, type Bytes } from '../../src/core/bytes';
import type { Scratch } from '../../src/core/host';
import { putMeta, readMeta } from '../../src/core/meta';
import { exportBackup } from '../../src/core/rescue';
import { World } from './world';

/** Reads the archive back by its directory, as a server does. */
function unzip(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.byteLength - 22;
  expect(view.getUint32(end, true)).toBe(0x06054b50);
  const found = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const [size, name, local] = [view.getUint32(at + 24, true), view.getUint16(at + 28, true), view.getUint32(at + 42, true)];
    const start = local + 30 + view.getUint16(local + 26, true);
    found.set(new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name)), bytes.subarray(start, start + size));
    at += 46 + name;
  }
  return found;
}

const contents = async (blob: Blob): Promise<Map<string, Uint8Array>> => unzip(new Uint8Array(await blob.arrayBuffer()));

async function dump(world: World): Promise<string> {
  const rows = await world.db.read(['operations', 'files', 'meta'], async (tx) => [await tx.objectStore('operations').getAll(), await tx.objectStore('files').getAll(), await tx.objectStore('meta').get('last_seq')]);
  const bytes = await world.db.read(['file_bytes', 'bodies'], async (tx) => [await tx.objectStore('file_bytes').count(), await tx.objectStore('bodies').count()]);
  return JSON.stringify([rows, bytes]);
}

async function held(): Promise<World> {
  const world = new World();
  await world.enrol();
  await world.visit([3_000]);
  await world.drain();
  await world.visit([40_000, 50_000]);
  await world.visit([]);
  return world;
}

test('what the county has not confirmed, verbatim, under its hashes; nothing is deleted by it', async () => {
  const world = await held();
  const before = await dump(world);
  const files = await contents(await exportBackup(world.db, { now: () => world.time }));
  expect(await dump(world)).toBe(before);

  const manifest = JSON.parse(new TextDecoder().decode(files.get('manifest.json'))) as { schema: string; operations: { operation_id: string; hash: string; signature: string; body: string; files: { path: string; sha256: string }[] }[] };
  expect(manifest.schema).toBe('lalian.rescue/1');
  expect(manifest.operations).toHaveLength(2);
  for (const operation of manifest.operations) {
    expect(operation.hash).toBe(`sha-256:${await sha256(files.get(operation.body) as Bytes)}`);
    expect(operation.signature).toMatch(/^es256 /);
    for (const file of operation.files) expect(await sha256(files.get(file.path) as Bytes)).toBe(file.sha256);
  }
  expect([...files.keys()].every((name) => name === 'manifest.json' || /^operations\/[0-9a-f-]{36}\.json$/.test(name) || /^files\/[0-9a-f]{64}$/.test(name))).toBe(true);
  expect(files.size).toBe(5);

  await world.drain();
  expect(await world.missingOrWrong()).toEqual([]);
});

test('a demo says in the file that nothing in it is real; a county says nothing of it', async () => {
  const world = await held();
  const manifest = async (): Promise<Record<string, unknown>> => JSON.parse(new TextDecoder().decode((await contents(await exportBackup(world.db, { now: () => world.time }))).get('manifest.json'))) as Record<string, unknown>;
  expect(await manifest()).toMatchObject({ demo: true, note: expect.stringContaining('示例数据') as string });
  const profile = await readMeta(world.db, 'profile');
  if (!profile) throw new Error('enrolled');
  await world.db.write(['meta'], async (tx) => putMeta(tx, 'profile', { ...profile, demo: false }));
  expect(Object.keys(await manifest())).not.toContain('demo');
});

/** A file that a browser lends; `room` is how much it takes. */
function scratch(room = Infinity): Scratch & { readonly largest: () => number; readonly dropped: () => boolean } {
  const pieces: Bytes[] = [];
  let [size, largest, dropped] = [0, 0, false];
  return {
    write: async (bytes) => {
      size += bytes.byteLength;
      if (size > room) throw new DOMException('full', 'QuotaExceededError');
      largest = Math.max(largest, bytes.byteLength);
      pieces.push(bytes.slice());
    },
    finish: async () => new Blob(pieces, { type: 'application/zip' }),
    drop: async () => void (dropped = true),
    largest: () => largest,
    dropped: () => dropped,
  };
}

test('where the browser lends a file it is written piece by piece, never more than one photo at a time', async () => {
  const world = await held();
  const file = scratch();
  const archive = await contents(await exportBackup(world.db, { now: () => world.time, scratch: async () => file }));
  expect(archive.size).toBe(5);
  expect(file.largest()).toBe(50_000);
});

test('without room for that file, or without the file, the archive comes all the same', async () => {
  const world = await held();
  const small = scratch(20_000);
  expect((await contents(await exportBackup(world.db, { now: () => world.time, scratch: async () => small }))).size).toBe(5);
  expect(small.dropped()).toBe(true);
  expect((await contents(await exportBackup(world.db, { now: () => world.time, scratch: () => Promise.reject(new Error('no')) }))).size).toBe(5);
  expect((await contents(await exportBackup(world.db, { now: () => world.time, scratch: async () => null }))).size).toBe(5);
});
