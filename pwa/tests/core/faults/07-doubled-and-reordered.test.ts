// Fault 7: the network delivers requests twice and out of order. What arrives late and again changes nothing.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { World } from '../world';

interface Sent {
  readonly input: string;
  readonly init: RequestInit;
}

for (const seed of [1, 2, 3, 4, 5]) {
  test(`requests are repeated behind the phone's back, in any order (seed ${seed})`, async () => {
    const world = new World();
    world.seed = seed;
    await world.enrol();
    const fetch = world.server.fetch;
    const past: Sent[] = [];
    let repeated = 0;
    /** Some router sends an old request once more; nobody reads the answer. */
    const echo = async (): Promise<void> => {
      const old = past[Math.floor(world.random() * past.length)];
      if (!old) return;
      repeated += 1;
      await fetch(old.input, { ...old.init, signal: null });
    };
    Object.assign(world.server, {
      fetch: async (input: string, init: RequestInit = {}) => {
        if (world.random() < 0.4) await echo();
        const answer = await fetch(input, init);
        past.push({ input, init });
        if (world.random() < 0.4) await echo();
        // Doubled: the phone hears the second answer only.
        return world.random() < 0.3 ? fetch(input, init) : answer;
      },
    });
    for (let i = 0; i < 3; i++) await world.visit([70_000, 5_000]);
    await world.drain();
    expect(repeated).toBeGreaterThan(5);
    expect(await world.missingOrWrong()).toEqual([]);
    expect(world.server.operations.size).toBe(3);
  });
}
