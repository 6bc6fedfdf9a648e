// Time that passes only when nothing else happens: whoever sleeps is woken in order, and an hour costs nothing.

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export class Timeline {
  readonly #clock: { time: number };
  #sleeping: Sleeper[] = [];

  constructor(clock: { time: number }) {
    this.#clock = clock;
  }

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = (): void => {
        this.#sleeping = this.#sleeping.filter((other) => other !== mine);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const mine: Sleeper = { at: this.#clock.time + ms, wake };
      this.#sleeping.push(mine);
      signal?.addEventListener('abort', wake, { once: true });
    });

  /** On to the moment when the next one wakes up. */
  next(): void {
    const [first] = [...this.#sleeping].sort((a, b) => a.at - b.at);
    if (!first) throw new Error('nothing is under way and nobody waits for anything');
    this.#clock.time = Math.max(this.#clock.time, first.at);
    first.wake();
  }
}
