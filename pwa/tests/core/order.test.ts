// What goes first, and how often anything goes, when nothing is wrong.
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { World } from './world';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.enrol();
});

test('a quiet day: everything arrives once, photos whole, receipts checked', async () => {
  for (let i = 0; i < 5; i++) await world.visit([300_000, 50_000]);
  await world.drain();
  expect(await world.missingOrWrong()).toEqual([]);
  expect([...world.server.puts.values()]).toEqual([1, 1, 1, 1, 1]);
  expect(world.server.bytesIn).toBe(5 * 350_000);
});

test('answers go before photos, and photos of faults before the rest', async () => {
  await world.visit([40_000, 40_000]);
  await world.visit([40_000, 40_000]);
  await world.drain();
  const order = world.server.seen.map((seen) => `${seen.method} ${seen.path.split('/')[3]?.split('?')[0]}`).filter((line) => line !== 'GET undefined');
  expect(order.slice(0, 2)).toEqual(['PUT operations', 'PUT operations']);
  const urgent = await world.db.read(['files'], async (tx) => (await tx.objectStore('files').getAll()).filter((file) => file.role === 'before').map((file) => file.sha256));
  const sent = world.server.seen.filter((seen) => seen.method === 'PATCH').map((seen) => seen.path.slice('/api/v1/uploads/u-'.length));
  expect(new Set([...new Set(sent)].slice(0, 2))).toEqual(new Set(urgent));
});
