// Fault 3: eight hours without a network, forty visits with five photos each. The phone tries seldom, loses nothing, and when the network is back
// every answer goes before any photo.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { HOUR, World } from '../world';

test('forty visits of a day without a signal', async () => {
  const world = new World();
  await world.enrol();
  let online = false;
  let tries = 0;
  world.server.faults.push(() => {
    if (online) return null;
    tries += 1;
    return { when: 'before', answer: () => 'cut' };
  });
  const { lane, link } = world.lane();
  const end = world.time + 8 * HOUR;
  for (let visit = 0; visit < 40; visit++) {
    await world.visit([3_000, 2_000, 2_500, 1_500, 1_000]);
    const next = end - ((39 - visit) * 8 * HOUR) / 40;
    // The engine looks whenever the link lets it.
    while (world.time < next) {
      if (link.waiting) world.time = Math.min(next, link.waiting.until);
      else {
        const step = await lane.step(() => false);
        if (step.kind === 'rest' && !link.waiting) world.time = next;
      }
    }
  }
  // Full jitter under 5 minutes: about one try in two and a half minutes, not one a second.
  expect(tries).toBeGreaterThan(40);
  expect(tries).toBeLessThan(400);
  expect(world.server.operations.size).toBe(0);

  online = true;
  world.server.seen.length = 0;
  await world.drain();
  expect(await world.missingOrWrong()).toEqual([]);
  expect(world.server.operations.size).toBe(40);
  expect(world.server.files.size).toBe(200);
  const kinds = world.server.seen.map((seen) => seen.method);
  expect(kinds.lastIndexOf('PUT')).toBeLessThan(kinds.indexOf('PATCH'));
}, 60_000);
