// Fault 14: bytes change on the way, at rest on the server's staging, or on the phone itself. Nothing wrong is ever stored as if it were right.
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { requeue } from '../../../src/core/settle';
import { World } from '../world';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.enrol();
});

/** Changes a byte of the pieces that `which` names (counted from 1). */
function garble(which: (n: number) => boolean): { broken: number } {
  const count = { broken: 0 };
  let n = 0;
  const fetch = world.server.fetch;
  Object.assign(world.server, {
    fetch: (input: string, init: RequestInit = {}) => {
      if (init.method !== 'PATCH' || !which(++n)) return fetch(input, init);
      count.broken += 1;
      const changed = new Uint8Array(init.body as Uint8Array<ArrayBuffer>);
      changed[0] = (changed[0] ?? 0) ^ 1;
      return fetch(input, { ...init, body: changed });
    },
  });
  return count;
}

test.each([
  [1, (n: number) => n <= 1],
  [2, (n: number) => n <= 2],
  // As many as it takes to give a road up, and more: the photo itself is whole, so it waits and goes later.
  [3, (n: number) => n <= 3],
  [5, (n: number) => n <= 5],
  [20, (n: number) => n <= 20],
  ['every second', (n: number) => n % 2 === 0],
  ['every third', (n: number) => n % 3 === 0],
] as const)('pieces that arrive changed (%s) are sent again, and the photo is never called lost', async (_times, which) => {
  const count = garble(which);
  const id = await world.visit([500_000, 30_000]);
  const states = new Set<string>();
  const write = world.db.write.bind(world.db);
  world.db.write = async (stores, work) => {
    const result = await write(stores, work);
    for (const file of await world.db.read(['files'], (tx) => tx.objectStore('files').index('owner').getAll(id))) states.add(file.upload);
    return result;
  };
  await world.drain();
  expect(count.broken).toBeGreaterThan(0);
  expect([...states].sort()).toEqual(['held', 'stored']);
  expect(await world.missingOrWrong()).toEqual([]);
});

test('a road that changes every piece is left alone after three, and other photos do not wait for it', async () => {
  await world.visit([60_000]);
  const other = await world.visit([9_000]);
  const { lane } = world.lane();
  const first = await world.db.read(['files'], (tx) => tx.objectStore('files').getAll());
  const bad = first.find((file) => file.owner !== other)?.sha256 ?? '';
  // Only this photo: something on the way dislikes what is in it.
  const fetch = world.server.fetch;
  let tries = 0;
  Object.assign(world.server, {
    fetch: (input: string, init: RequestInit = {}) => {
      if (init.method !== 'PATCH' || !input.includes(bad)) return fetch(input, init);
      tries += 1;
      return fetch(input, { ...init, body: new Uint8Array([1]) });
    },
  });
  for (let i = 0; i < 30; i++) await lane.step(() => false);
  expect(tries).toBe(3);
  expect((await world.db.read(['operations'], (tx) => tx.objectStore('operations').get(other)))?.progress).toBe('confirmed');
  const rest = await lane.step(() => false);
  expect(rest).toMatchObject({ kind: 'rest' });
  expect((rest as { until: number }).until).toBeGreaterThan(world.time);
  Object.assign(world.server, { fetch });
  await world.drain();
  expect(await world.missingOrWrong()).toEqual([]);
});

test('a photo that an earlier version gave up although its bytes are whole goes out after all', async () => {
  const id = await world.visit([5_000, 6_000]);
  const [given_up, gone] = await world.db.read(['files'], (tx) => tx.objectStore('files').index('owner').getAll(id));
  if (!given_up || !gone) throw new Error('two photos');
  await world.db.write(['files', 'file_bytes', 'operations'], async (tx) => {
    await tx.objectStore('files').put({ ...given_up, upload: 'lost' });
    await tx.objectStore('files').put({ ...gone, upload: 'lost' });
    await tx.objectStore('file_bytes').delete(gone.file_id);
    const row = await tx.objectStore('operations').get(id);
    if (row) await tx.objectStore('operations').put({ ...row, problem: { kind: 'bytes_lost', file_id: given_up.file_id } });
  });
  const { lane } = world.lane();
  for (let i = 0; i < 30; i++) await lane.step(() => false);
  expect(world.server.files.has(given_up.sha256)).toBe(true);
  const row = (): Promise<unknown> => world.db.read(['operations'], (tx) => tx.objectStore('operations').get(id));
  // Said of the one that is really gone, and still said when a person has it sent again.
  expect(await row()).toMatchObject({ problem: { kind: 'bytes_lost', file_id: gone.file_id } });
  await requeue(world.db, [id]);
  lane.wake();
  for (let i = 0; i < 30; i++) await lane.step(() => false);
  expect(await row()).toMatchObject({ progress: 'received', problem: { kind: 'bytes_lost', file_id: gone.file_id } });
  expect(await world.missingOrWrong()).toHaveLength(2);
});

test('a server and a phone that never agree where it goes on are not asked without end', async () => {
  await world.visit([100_000]);
  let asked = 0;
  world.server.faults.push((seen) => (seen.method === 'PATCH' ? ((asked += 1), { when: 'before', answer: () => new Response('', { status: 409, headers: { 'Lalian-Epoch': 'epoch-1' } }) }) : null));
  const { lane } = world.lane();
  for (let i = 0; i < 10; i++) await lane.step(() => false);
  expect(asked).toBe(5);
  world.server.faults.length = 0;
  await world.drain();
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
