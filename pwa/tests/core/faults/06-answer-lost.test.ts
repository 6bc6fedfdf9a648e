// Fault 6: the server has done it and the phone does not hear of it. For each request of a day in turn, and for all of them at once.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { World } from '../world';

async function day(lose: (n: number) => boolean): Promise<World> {
  const world = new World();
  await world.enrol();
  await world.visit([90_000, 20_000]);
  await world.visit([]);
  let n = 0;
  world.server.faults.push(() => (lose(n++) ? { when: 'after', answer: () => 'cut' } : null));
  await world.drain();
  return world;
}

test('each answer of a day lost once', async () => {
  const requests = (await day(() => false)).server.seen.length;
  expect(requests).toBeGreaterThan(8);
  for (let i = 0; i < requests; i++) {
    const world = await day((n) => n === i);
    expect(await world.missingOrWrong(), `request ${i}`).toEqual([]);
    // Told again, not taken twice.
    expect(world.server.operations.size, `request ${i}`).toBe(2);
    expect(world.server.bytesIn, `request ${i}`).toBe(110_000);
  }
});

test('every second answer lost, all day long', async () => {
  const world = await day((n) => n % 2 === 0 && n < 200);
  expect(await world.missingOrWrong()).toEqual([]);
});
