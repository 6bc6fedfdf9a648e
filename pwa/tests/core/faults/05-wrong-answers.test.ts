// Fault 5: every kind of request meets every kind of wrong answer. None is taken for delivery, none stops the queue for good, and a busy server is
// never called "no network".
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Seen } from '../fake-server';
import { HOUR, World } from '../world';
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

afterEach(() => void vi.useRealTimers());

/** Never answers, and ends only when it is broken off. */
const hang = (signal: AbortSignal | null | undefined): Promise<Response> =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))));

const KEYS: Readonly<Record<string, (signal: AbortSignal | null | undefined) => Promise<Response>>> = {
  '503': async () => new Response('', { status: 503 }),
  '404': async () => new Response('<html>', { status: 404 }),
  'a login page': async () => new Response('<html>', { status: 200 }),
  'nothing at all': () => Promise.reject(new TypeError('network')),
  'no end': hang,
};

test.each(Object.entries(KEYS))('the published keys meet "%s" for hours: asked for seldom, and everything else goes on', async (_name, answer) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const fetch = world.server.fetch;
  const asked = { keys: 0, receipts: 0 };
  let down = true;
  let hanging = false;
  Object.assign(world.server, {
    fetch: async (input: string, init: RequestInit = {}) => {
      if (input.endsWith('/receipt')) asked.receipts += 1;
      if (!down || !input.includes('jwks')) return fetch(input, init);
      asked.keys += 1;
      hanging = true;
      return answer(init.signal).finally(() => (hanging = false));
    },
  });
  const { lane, link } = world.lane();
  const step = async (): Promise<Awaited<ReturnType<typeof lane.step>>> => {
    let over = false;
    const taken = lane.step(() => false).finally(() => (over = true));
    // Only what hangs needs time to pass.
    while (!over) {
      await new Promise((resolve) => setImmediate(resolve));
      if (hanging) vi.advanceTimersByTime(1_000);
    }
    return taken;
  };
  const ids = [await world.visit([]), await world.visit([8_000]), await world.visit([])];
  const end = world.time + 4 * HOUR;
  let steps = 0;
  while (world.time < end) {
    expect(++steps).toBeLessThan(1_000);
    const { kind, ...rest } = await step();
    if (kind === 'rest') world.time = Math.min(end, Math.max(world.time + 250, 'until' in rest ? (rest.until ?? end) : end));
  }
  expect(link.waiting).toBeNull();
  // Three receipts, each asked for once in two and a half minutes; the keys once for all of them.
  expect(asked.keys).toBeGreaterThan(20);
  expect(asked.keys).toBeLessThan(200);
  expect(asked.receipts).toBeLessThan(600);
  const progress = async (): Promise<unknown[]> => (await world.db.read(['operations'], (tx) => tx.objectStore('operations').index('seq').getAll())).map((row) => [row.id, row.progress, row.problem]);
  expect(await progress()).toEqual(ids.map((id) => [id, 'received', null]));
  expect(world.server.files.size).toBe(1);
  down = false;
  vi.useRealTimers();
  await world.drain();
  expect(await world.missingOrWrong()).toEqual([]);
});
