// Fault 15: all of it, in random order. Each day has a seed, which alone decides it; the seed of a day that fails is in the message.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { HOUR, KillSwitch, World } from '../world';
import { ANSWERS } from './answers';

const LONG = process.env['LALIAN_TEST_LONG'] !== undefined && process.env['LALIAN_TEST_LONG'] !== '';
const DAYS = Number(process.env['LALIAN_FAULT_RUNS'] ?? (LONG ? '200' : '60'));
/** The gate walks the same days each time; the long run walks new ones, and says which. */
const FIRST = Number(process.env['LALIAN_FAULT_SEED'] ?? (LONG ? String(1 + (Date.now() % 1_000_000)) : '1'));

async function day(seed: number): Promise<string[]> {
  const world = new World();
  world.seed = seed;
  world.deep = world.random() < 0.5;
  await world.enrol();
  const answers = Object.values(ANSWERS);
  const fetch = world.server.fetch;
  const past: [string, RequestInit][] = [];
  let rough = true;
  Object.assign(world.server, {
    fetch: async (input: string, init: RequestInit = {}) => {
      past.push([input, { ...init, signal: null }]);
      const old = past[Math.floor(world.random() * past.length)];
      if (rough && old && world.random() < 0.1) await fetch(...old);
      if (rough && init.method === 'PATCH' && world.random() < 0.05) {
        const changed = new Uint8Array(init.body as Uint8Array<ArrayBuffer>);
        if (changed.length > 0) changed[0] = (changed[0] ?? 0) ^ 1;
        return fetch(input, { ...init, body: changed });
      }
      return fetch(input, init);
    },
  });
  world.server.faults.push(() => (rough && world.random() < 0.25 ? (answers[Math.floor(world.random() * answers.length)] ?? null) : null));
  for (let i = 0; i < 3; i++) {
    await world.visit(Array.from({ length: Math.floor(world.random() * 3) }, () => 1 + Math.floor(world.random() * 90_000)));
    if (world.random() < 0.8) await world.drainUntilKilled(new KillSwitch(1 + Math.floor(world.random() * (world.deep ? 200 : 60)), world.random() < 0.5 ? 'before' : 'after'));
    if (world.random() < 0.15) {
      const keep = world.random();
      world.server.restore(() => world.random() < keep);
    }
    if (world.random() < 0.1) world.time += (world.random() - 0.5) * 2_000 * HOUR;
    if (world.random() < 0.1) {
      // The credential is not taken for a while; then a login renews it to the same.
      const good = world.server.credential;
      world.server.credential = 'other';
      await world.drainUntilKilled(new KillSwitch(40));
      world.server.credential = good;
    }
  }
  rough = false;
  await world.drain();
  return world.missingOrWrong();
}

test(`${DAYS} random days from seed ${FIRST}`, async () => {
  console.log(`random days ${FIRST} to ${FIRST + DAYS - 1}; one again: LALIAN_FAULT_SEED=<seed> LALIAN_FAULT_RUNS=1`);
  for (let seed = FIRST; seed < FIRST + DAYS; seed++) expect(await day(seed).catch((error: unknown) => [String(error)]), `seed ${seed}`).toEqual([]);
}, 240_000);
