// Nothing is lost and nothing doubled, whatever breaks. Every test ends with the one oracle of World.missingOrWrong.
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import type { Fault, Seen } from './fake-server';
import { KillSwitch, World } from './world';

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

test('killed at every single effect, once each way, and started again', async () => {
  await world.visit([70_000, 30_000]);
  await world.visit([]);
  const measure = new KillSwitch();
  const dry = new World();
  await dry.enrol();
  await dry.visit([70_000, 30_000]);
  await dry.visit([]);
  await dry.drain(measure);
  expect(measure.count).toBeGreaterThan(30);
  for (const mode of ['before', 'after'] as const) {
    for (let at = 1; at <= measure.count; at++) {
      const one = new World();
      await one.enrol();
      await one.visit([70_000, 30_000]);
      await one.visit([]);
      expect(await one.drainUntilKilled(new KillSwitch(at, mode))).toBe(true);
      await one.drain();
      expect(await one.missingOrWrong(), `${mode} ${at}`).toEqual([]);
    }
  }
}, 120_000);

const html = (status: number): Response => new Response('<html>请登录 WiFi</html>', { status, headers: { 'Content-Type': 'text/html' } });
const FAULTS: Record<string, Fault> = {
  'request lost': { when: 'before', answer: () => 'cut' },
  'answer lost after the commit': { when: 'after', answer: () => 'cut' },
  '500': { when: 'before', answer: () => html(500) },
  '502 after the commit': { when: 'after', answer: () => html(502) },
  '408': { when: 'before', answer: () => html(408) },
  '429 with Retry-After': { when: 'before', answer: () => new Response('', { status: 429, headers: { 'Retry-After': '7' } }) },
  '200 from a captive portal': { when: 'before', answer: () => html(200) },
  '200 JSON from a stranger': { when: 'before', answer: () => Response.json({ ok: true, missing: [], operation_id: 'x' }) },
  'redirect to a login page': { when: 'before', answer: () => new Response(null, { status: 302, headers: { Location: 'http://portal.test' } }) },
  'JSON cut in the middle': {
    when: 'after',
    answer: () => new Response('{"operation_id":"', { status: 201, headers: { 'Content-Type': 'application/json', 'Lalian-Epoch': 'epoch-1' } }),
  },
};

for (const [name, fault] of Object.entries(FAULTS)) {
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

test('two hundred random days', async () => {
  const runs = Number(process.env['LALIAN_FAULT_RUNS'] ?? '200');
  for (let seed = 1; seed <= runs; seed++) {
    const day = new World();
    day.seed = seed;
    await day.enrol();
    const kinds = Object.values(FAULTS);
    day.server.faults.push(() => (day.random() < 0.25 ? (kinds[Math.floor(day.random() * kinds.length)] ?? null) : null));
    for (let i = 0; i < 3; i++) {
      await day.visit(Array.from({ length: Math.floor(day.random() * 3) }, () => 1 + Math.floor(day.random() * 90_000)));
      if (day.random() < 0.7) {
        await day.drainUntilKilled(new KillSwitch(1 + Math.floor(day.random() * 40), day.random() < 0.5 ? 'before' : 'after'));
      }
      if (day.random() < 0.15) {
        const keep = day.random();
        day.server.restore(
          () => day.random() < keep,
          () => day.random() < keep,
        );
      }
    }
    day.server.faults.length = 0;
    await day.drain();
    expect(await day.missingOrWrong(), `seed ${seed}`).toEqual([]);
  }
}, 120_000);
