// Web Locks for a place that has none: exclusive locks with `ifAvailable`, `steal`, `signal` and `query`, as the specification orders them.

interface Waiting {
  readonly name: string;
  readonly grant: () => void;
}

interface Held {
  readonly name: string;
  readonly broken: (error: unknown) => void;
}

interface Options {
  readonly ifAvailable?: boolean;
  readonly steal?: boolean;
  readonly signal?: AbortSignal;
}

type Work = (lock: { name: string } | null) => unknown;

export class FakeLocks {
  #held: Held[] = [];
  #queue: Waiting[] = [];

  request(name: string, second: Options | Work, third?: Work): Promise<unknown> {
    const options: Options = typeof second === 'function' ? {} : second;
    const work: Work = typeof second === 'function' ? second : (third as Work);
    return new Promise((resolve, reject) => {
      if (options.signal?.aborted) return reject(new DOMException('aborted', 'AbortError'));
      const run = (): void => {
        options.signal?.removeEventListener('abort', stop);
        const mine: Held = { name, broken: reject };
        this.#held.push(mine);
        Promise.resolve()
          .then(() => work({ name }))
          .then(resolve, reject)
          .finally(() => {
            if (this.#held.includes(mine)) this.#release(mine);
          });
      };
      const waiting: Waiting = { name, grant: run };
      const stop = (): void => {
        this.#queue = this.#queue.filter((other) => other !== waiting);
        reject(new DOMException('aborted', 'AbortError'));
      };
      const taken = this.#held.find((other) => other.name === name);
      if (!taken) return run();
      if (options.ifAvailable) return void Promise.resolve(work(null)).then(resolve, reject);
      if (options.steal) {
        this.#held = this.#held.filter((other) => other !== taken);
        taken.broken(new DOMException('stolen', 'AbortError'));
        return run();
      }
      options.signal?.addEventListener('abort', stop);
      this.#queue.push(waiting);
    });
  }

  async query(): Promise<{ held: { name: string }[]; pending: { name: string }[] }> {
    return { held: this.#held.map(({ name }) => ({ name })), pending: this.#queue.map(({ name }) => ({ name })) };
  }

  #release(lock: Held): void {
    this.#held = this.#held.filter((other) => other !== lock);
    const next = this.#queue.find((other) => other.name === lock.name);
    if (!next) return;
    this.#queue = this.#queue.filter((other) => other !== next);
    next.grant();
  }
}
