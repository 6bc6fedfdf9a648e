// Fault 5: every kind of request meets every kind of wrong answer. None is taken for delivery, none stops the queue for good, and a busy server is
// never called "no network".
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import type { Seen } from '../fake-server';
import { World } from '../world';
import { ANSWERS } from './answers';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.enrol();
});

for (const [name, fault] of Object.entries(ANSWERS)) {
  test(`every kind of request meets "${name}" twice`, async () => {
    const met = new Map<string, number>();
    world.server.faults.push((seen: Seen) => {
      const kind = `${seen.method} ${seen.path.split('/').slice(3, 4).join()}${seen.path.endsWith('receipt') ? ' receipt' : ''}`;
      const count = met.get(kind) ?? 0;
      met.set(kind, count + 1);
      return count < 2 ? fault : null;
    });
    await world.visit([120_000, 40_000]);
    await world.visit([]);
    await world.drain();
    expect(await world.missingOrWrong()).toEqual([]);
    for (const kind of ['PUT operations', 'POST uploads', 'PATCH uploads', 'POST devices']) expect(met.get(kind), kind).toBeGreaterThanOrEqual(2);
  });
}

test.each([
  [429, 'busy'],
  [503, 'busy'],
  [408, 'busy'],
] as const)('%i is told as %s and waits as long as asked', async (status, kind) => {
  world.server.faults.push(() => ({ when: 'before', answer: () => new Response('', { status, headers: { 'Retry-After': '90' } }) }));
  await world.visit([]);
  const { lane, link } = world.lane();
  await lane.step(() => false);
  expect(link.waiting?.problem.kind).toBe(kind);
  expect((link.waiting?.until ?? 0) - world.time).toBeGreaterThanOrEqual(90_000);
});

test('a busy server does not make the pieces smaller, a failing link does', async () => {
  await world.visit([400_000]);
  const sizes = (): number[] => world.server.seen.filter((seen) => seen.method === 'PATCH').map((seen) => seen.body.byteLength);
  // All but the last piece, which is what is left.
  const shrank = (): boolean => sizes().some((size, i) => i > 0 && i < sizes().length - 1 && size < (sizes()[i - 1] ?? 0));
  // Pieces begin small; the faults meet them when they have grown.
  const troubled = (at: number): boolean => at >= 4 && at <= 5;
  let met = 0;
  world.server.faults.push((seen) => (seen.method === 'PATCH' && troubled(++met) ? { when: 'before', answer: () => new Response('', { status: 503 }) } : null));
  await world.drain();
  expect(met).toBeGreaterThan(5);
  expect(shrank()).toBe(false);

  world.server.seen.length = 0;
  world.server.faults.length = 0;
  met = 0;
  world.server.faults.push((seen) => (seen.method === 'PATCH' && troubled(++met) ? { when: 'before', answer: () => 'cut' } : null));
  await world.visit([400_000]);
  await world.drain();
  expect(shrank()).toBe(true);
  expect(Math.max(...sizes())).toBeLessThanOrEqual(256 * 1024);
  expect(await world.missingOrWrong()).toEqual([]);
});
