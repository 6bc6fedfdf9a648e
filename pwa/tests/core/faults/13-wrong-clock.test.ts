// Fault 13: the phone's clock is wrong, and is set in the middle of the day. Waiting never becomes a year, and everything arrives.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { HOUR, World } from '../world';

const DAY = 24 * HOUR;
const JUMPS: Readonly<Record<string, number>> = {
  'three days ahead': 3 * DAY,
  'a year back': -365 * DAY,
  'ten minutes back': -10 * 60_000,
  'to 1970': -Date.parse('2026-11-22T08:00:00Z') + DAY,
  'ten years ahead': 3650 * DAY,
};

for (const [name, jump] of Object.entries(JUMPS)) {
  test(`set ${name} while the link is down and a photo is half sent`, async () => {
    const world = new World();
    await world.enrol();
    await world.visit([200_000]);
    await world.visit([]);
    let met = 0;
    world.server.faults.push((seen) => (seen.method === 'PATCH' && ++met === 2 ? { when: 'after', answer: () => 'cut' } : null));
    const { lane, link } = world.lane();
    for (let i = 0; i < 30 && !link.waiting; i++) await lane.step(() => false);
    expect(link.waiting).not.toBeNull();
    world.time += jump;
    // Whatever was waited for is over within the longest wait that there is, by this clock or by any.
    let waited = 0;
    for (let i = 0; i < 500; i++) {
      if (!link.waiting) {
        const step = await lane.step(() => false);
        if (step.kind === 'did') continue;
        if (!link.waiting && step.until === null) break;
      }
      world.time += 60_000;
      waited += 60_000;
    }
    expect(waited).toBeLessThanOrEqual(2 * HOUR);
    expect(await world.missingOrWrong()).toEqual([]);
    // And a day later by the new clock the daily comparison is made again.
    const before = world.server.seen.length;
    world.time += 25 * HOUR;
    for (let i = 0; i < 5; i++) await lane.step(() => false);
    expect(world.server.seen.slice(before).some((seen) => seen.path.includes('/reconcile'))).toBe(true);
  });
}

test('sealed under a clock that is days ahead and one that is years back: numbers, hashes and signatures hold', async () => {
  const world = new World();
  await world.enrol();
  const real = world.time;
  for (const jump of Object.values(JUMPS)) {
    world.time = Math.max(DAY, real + jump);
    await world.visit([3_000]);
    await world.drain();
  }
  expect(await world.missingOrWrong()).toEqual([]);
  expect(world.server.operations.size).toBe(Object.keys(JUMPS).length);
});
