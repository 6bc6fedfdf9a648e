// Fault 12: the server is put back to an older backup, after any step of the day. The phone finds out by itself and sends again what is gone.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { World } from '../world';

async function after(steps: number, keep: (n: number) => boolean): Promise<{ world: World; more: boolean }> {
  const world = new World();
  await world.enrol();
  const ids = [await world.visit([50_000, 4_000]), await world.visit([6_000]), await world.visit([])];
  const { lane } = world.lane();
  let more = true;
  for (let i = 0; i < steps && more; i++) more = (await lane.step(() => false)).kind === 'did';
  world.server.restore((id) => keep(ids.indexOf(id)));
  // The same run of the app goes on, hears of the new epoch, and later starts afresh.
  for (let i = 0; i < 60; i++) await lane.step(() => false);
  await world.drain();
  return { world, more };
}

for (const [name, keep] of [
  ['nothing', () => false],
  ['the first visit', (n: number) => n === 0],
  ['the last visit', (n: number) => n === 2],
] as const) {
  test(`restored after each step of a day, to a backup with ${name}`, async () => {
    let steps = 0;
    for (let more = true; more; steps++) {
      const one = await after(steps, keep);
      more = one.more;
      expect(await one.world.missingOrWrong(), `after step ${steps}`).toEqual([]);
    }
    expect(steps).toBeGreaterThan(8);
  });
}

test('restored twice on one day', async () => {
  const { world } = await after(9, (n) => n === 1);
  world.server.restore(() => false);
  await world.drain();
  expect(await world.missingOrWrong()).toEqual([]);
});
