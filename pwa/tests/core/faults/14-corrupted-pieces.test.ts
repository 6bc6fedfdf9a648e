// Fault 14: bytes change on the way, at rest on the server's staging, or on the phone itself. Nothing wrong is ever stored as if it were right.
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { World } from '../world';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.enrol();
});

test.each([1, 2])('pieces that arrive changed %i time(s) are sent again', async (times) => {
  let broken = 0;
  const fetch = world.server.fetch;
  Object.assign(world.server, {
    fetch: (input: string, init: RequestInit = {}) => {
      if (init.method !== 'PATCH' || broken >= times) return fetch(input, init);
      broken += 1;
      const changed = new Uint8Array(init.body as Uint8Array<ArrayBuffer>);
      changed[0] = (changed[0] ?? 0) ^ 1;
      return fetch(input, { ...init, body: changed });
    },
  });
  await world.visit([150_000, 30_000]);
  await world.drain();
  expect(broken).toBe(times);
  expect(await world.missingOrWrong()).toEqual([]);
});

test('what the server had half received goes bad there: the final hash is wrong, it starts again from nothing', async () => {
  await world.visit([200_000]);
  let spoiled = false;
  world.server.faults.push((seen) => {
    const upload = [...world.server.uploads.values()][0];
    if (seen.method === 'PATCH' && upload && upload.bytes.byteLength > 0 && !spoiled) {
      spoiled = true;
      upload.bytes[0] = (upload.bytes[0] ?? 0) ^ 1;
    }
    return null;
  });
  await world.drain();
  expect(spoiled).toBe(true);
  expect(await world.missingOrWrong()).toEqual([]);
  expect(world.server.bytesIn).toBe(400_000);
});

test('bytes that changed on the phone are named, never sent as if they were the photo, and hold nobody up', async () => {
  const bad = await world.visit([5_000, 6_000]);
  const fine = await world.visit([7_000]);
  const [file] = await world.db.read(['files'], (tx) => tx.objectStore('files').index('owner').getAll(bad));
  await world.db.write(['file_bytes'], (tx) => tx.objectStore('file_bytes').put(new ArrayBuffer(5_000), file?.file_id));
  const { lane } = world.lane();
  for (let i = 0; i < 60; i++) await lane.step(() => false);
  const rows = await world.db.read(['operations'], (tx) => tx.objectStore('operations').getAll());
  expect(rows.find((row) => row.id === bad)?.problem).toMatchObject({ kind: 'bytes_lost' });
  expect(rows.find((row) => row.id === fine)?.progress).toBe('confirmed');
  // The oracle, but for the one photo that is said to be lost.
  expect(world.server.operations.size).toBe(2);
  expect(world.server.files.size).toBe(2);
  expect((await world.missingOrWrong()).every((line) => line.includes(bad) || line.includes(file?.file_id ?? '-'))).toBe(true);
});
