// Fault points, numbered by a machine and not by hand: every call that the engine awaits (a request inside a transaction, the transaction itself,
// the network, reading an answer, a hash or a signature, a lock, a nap) passes through one counter, and the n-th can be made the last one.
import type { Database, ReadTx, Store, WriteTx } from '../../../src/core/db';
import type { Host } from '../../../src/core/host';
import type { Install } from '../../../src/core/install';

/** Thrown at the chosen point, and at every later one: a killed program does nothing more. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

export class KillSwitch {
  /** What was awaited, in order. */
  readonly points: string[] = [];
  dead = false;
  /** Effects that have begun and not ended; waiting for time or for a lock is none. */
  running = 0;
  readonly died: Promise<void>;
  #sayDied: () => void = () => undefined;
  readonly #at: number;
  readonly #mode: 'before' | 'after';

  /** Dies at the `at`-th point (from 1): before its effect, or after it and before anybody hears of it. */
  constructor(at = Infinity, mode: 'before' | 'after' = 'before') {
    this.#at = at;
    this.#mode = mode;
    this.died = new Promise((resolve) => (this.#sayDied = resolve));
  }

  get count(): number {
    return this.points.length;
  }

  async run<T>(effect: () => T | Promise<T>, name = 'effect'): Promise<T> {
    this.running += 1;
    try {
      return await this.wait(effect, name);
    } finally {
      this.running -= 1;
    }
  }

  /** A point that waits: for time to pass, for somebody else. */
  async wait<T>(effect: () => T | Promise<T>, name: string): Promise<T> {
    if (this.dead) throw new Killed();
    this.points.push(name);
    const now = this.points.length === this.#at;
    if (now && this.#mode === 'before') return this.#die();
    const result = await effect();
    if (now || this.dead) return this.#die();
    return result;
  }

  /** Nothing is under way any more but waiting. */
  async quiet(): Promise<void> {
    for (let calm = 0; calm < 3 && !this.dead; calm++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.running > 0) calm = -1;
    }
  }

  #die(): never {
    this.dead = true;
    this.#sayDied();
    throw new Killed();
  }
}

const REQUESTS = new Set(['get', 'getAll', 'getKey', 'getAllKeys', 'count', 'put', 'add', 'delete', 'clear']);

/** A store (or an index of it) whose every request is a point. */
function mortalStore<T extends object>(store: T, life: KillSwitch, label: string): T {
  return new Proxy(store, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...given: unknown[]) => unknown;
      if (property === 'index') return (...given: unknown[]) => mortalStore(call(...given) as object, life, `${label}.${String(given[0])}`);
      if (typeof property !== 'string' || !REQUESTS.has(property)) return call;
      return (...given: unknown[]) => life.run(() => call(...given), `${property} ${label}`);
    },
  });
}

function mortalTx<Tx extends ReadTx | WriteTx>(tx: Tx, life: KillSwitch): Tx {
  return new Proxy(tx as object, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...given: unknown[]) => unknown;
      if (property !== 'objectStore') return call;
      return (name: string) => mortalStore(call(name) as object, life, name);
    },
  }) as Tx;
}

/** Being killed inside a transaction leaves nothing of it; being killed after its commit leaves all of it. */
export class MortalDatabase implements Database {
  readonly name: string;
  readonly #db: Database;
  readonly #life: KillSwitch;
  readonly #deep: boolean;

  /** `deep`: each request inside a transaction is a point of its own. */
  constructor(db: Database, life: KillSwitch, deep = false) {
    this.name = db.name;
    this.#db = db;
    this.#life = life;
    this.#deep = deep;
  }

  read<T>(stores: readonly Store[], work: (tx: ReadTx) => Promise<T>): Promise<T> {
    return this.#life.run(() => this.#db.read(stores, (tx) => work(this.#deep ? mortalTx(tx, this.#life) : tx)), `read ${stores.join('+')}`);
  }

  write<T>(stores: readonly Store[], work: (tx: WriteTx) => Promise<T>): Promise<T> {
    return this.#life.run(() => this.#db.write(stores, (tx) => work(this.#deep ? mortalTx(tx, this.#life) : tx)), `write ${stores.join('+')}`);
  }

  close(): void {
    this.#db.close();
  }
}

/** The parts of the world that the engine awaits, each call a point. `outside` runs the server's own work uncounted. */
export function mortalHost(host: Host, life: KillSwitch, outside: <T>(work: () => Promise<T>) => Promise<T>): Host {
  return {
    ...host,
    fetch: async (input, init) => {
      const response = await life.run(() => outside(() => host.fetch(input, init)), `fetch ${init?.method ?? 'GET'} ${route(input)}`);
      return new Proxy(response, {
        get(target, property) {
          const value: unknown = Reflect.get(target, property, target);
          if (typeof value !== 'function') return value;
          const call = value.bind(target) as (...given: unknown[]) => unknown;
          return property === 'text' || property === 'json' || property === 'arrayBuffer' ? () => life.run(() => call(), `answer ${property}`) : call;
        },
      });
    },
    // Nobody wakes up in a killed program, not even to hear of it.
    sleep: (ms, signal) => life.wait(() => host.sleep(ms, signal), 'sleep').catch((error: unknown) => (life.dead ? never : Promise.reject(error as Error))),
    locks: mortalLocks(host.locks, life),
  };
}

const never = new Promise<never>(() => undefined);

/** Asking for a lock, having it, and looking who has it are points; whoever dies has no lock any more. */
function mortalLocks(locks: LockManager, life: KillSwitch): LockManager {
  const request = async (name: string, second: unknown, third?: unknown): Promise<unknown> => {
    const work = (third ?? second) as (lock: unknown) => unknown;
    await life.run(() => undefined, `lock ${name}`);
    return locks.request(name, (third ? second : {}) as LockOptions, async (lock) => {
      await life.run(() => undefined, `locked ${name}`);
      return Promise.race([work(lock), life.died]);
    });
  };
  return { request, query: () => life.run(() => locks.query(), 'lock query') } as unknown as LockManager;
}

/** Everything that the install's own database is asked for. */
export function mortalInstall(install: Install, life: KillSwitch): Install {
  return new Proxy(install, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => life.run(() => call(...given), `install ${String(property)}`);
    },
  });
}

const route = (url: string): string => new URL(url, 'https://x.test').pathname.replace(/[0-9a-f-]{30,}|u-[0-9a-f]+/g, ':id');

const CRYPTO = ['digest', 'sign', 'verify', 'importKey', 'exportKey', 'generateKey'] as const;

/** Runs `work` with WebCrypto's awaited calls as points, except those of `outside`. */
export async function withCrypto<T>(life: KillSwitch, work: (outside: <R>(inner: () => Promise<R>) => Promise<R>) => Promise<T>): Promise<T> {
  const subtle = crypto.subtle as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  let deep = 0;
  for (const name of CRYPTO) {
    const original = Object.getPrototypeOf(subtle)[name] as (...given: unknown[]) => Promise<unknown>;
    subtle[name] = (...given) => (deep > 0 ? original.apply(subtle, given) : life.run(() => original.apply(subtle, given), `crypto ${name}`));
  }
  const outside = async <R>(inner: () => Promise<R>): Promise<R> => {
    deep += 1;
    try {
      return await inner();
    } finally {
      deep -= 1;
    }
  };
  try {
    return await work(outside);
  } finally {
    for (const name of CRYPTO) Reflect.deleteProperty(subtle, name);
  }
}
