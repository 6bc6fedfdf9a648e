// A browser with several tabs of the whole app: tabs freeze, thaw and die, the network comes and goes, and time runs a hundred times faster.
import { IDBFactory } from 'fake-indexeddb';
import { openPhone, type Core, type Host, type SubmitResult, type SyncStatus } from '../../src/core';
import { sha256 } from '../../src/core/bytes';
import { databaseName, LocalDatabase } from '../../src/core/db';
import { FakeLocks } from './fake-locks';
import { FakeServer, randomBytes } from './fake-server';
import { missingOrWrong } from './oracle';
import { finding } from './world';

const FAST = 100;
const never = new Promise<never>(() => undefined);

export interface Tab {
  readonly core: Core;
  /** Nothing it waits for comes back until `thaw`, as when the browser puts a tab to sleep. */
  freeze(): void;
  thaw(): void;
  /** Its process is gone: nothing comes back ever, its locks are free. */
  kill(): void;
}

interface Life {
  frozen: Promise<void> | null;
  thaw: () => void;
  dead: boolean;
  readonly died: Promise<void>;
  die: () => void;
  visible: boolean;
}

export class Browser {
  readonly server = new FakeServer();
  readonly locks = new FakeLocks();
  online = true;
  readonly #channels = new Map<(message: unknown) => void, Life>();
  readonly #open = new Set<{ core: Core; life: Life }>();
  readonly #began = Date.now();

  constructor() {
    globalThis.indexedDB = new IDBFactory();
  }

  readonly now = (): number => this.#began + (Date.now() - this.#began) * FAST;

  async tab(over: Partial<Host> = {}): Promise<Tab> {
    const life = newLife();
    const core = await openPhone(this.#host(life, over));
    const entry = { core, life };
    this.#open.add(entry);
    return {
      core,
      freeze: () => {
        life.visible = false;
        life.frozen = new Promise((resolve) => (life.thaw = resolve));
      },
      thaw: () => {
        life.frozen = null;
        life.visible = true;
        life.thaw();
      },
      kill: () => {
        life.dead = true;
        life.die();
        this.#open.delete(entry);
      },
    };
  }

  async signedIn(over: Partial<Host> = {}): Promise<Tab> {
    const tab = await this.tab(over);
    const result = await tab.core.auth.signIn(this.server.person.login, this.server.password);
    if (result.kind !== 'signed_in') throw new Error(result.kind);
    return tab;
  }

  async close(): Promise<void> {
    for (const { core, life } of this.#open) {
      life.thaw();
      await core.close();
    }
  }

  missingOrWrong(...people: string[]): Promise<string[]> {
    return missingOrWrong(
      this.server,
      people.map((person) => new LocalDatabase(databaseName(person))),
    );
  }

  #host(life: Life, over: Partial<Host>): Host {
    /** What comes back comes back only to a tab that runs. */
    const alive = async <T>(work: Promise<T>): Promise<T> => {
      const outcome = await work.then(
        (value) => () => value,
        (error: unknown) => () => {
          throw error as Error;
        },
      );
      while (life.frozen) await life.frozen;
      return life.dead ? never : outcome();
    };
    return {
      fetch: (input, init) => (life.dead ? never : alive(this.online ? this.server.fetch(input, init) : Promise.reject(new TypeError('offline')))),
      now: this.now,
      monotonic: () => performance.now() * FAST,
      random: () => 0.2,
      sleep: (ms, signal) => alive(nap(ms / FAST, signal)),
      locks: {
        request: (name: string, second: unknown, third?: unknown) => {
          const work = (third ?? second) as (lock: unknown) => unknown;
          const options = third ? second : {};
          return this.locks.request(name, options as never, ((lock: unknown) => Promise.race([Promise.resolve(work(lock)), life.died])) as never);
        },
        query: () => this.locks.query(),
      } as unknown as LockManager,
      channel: (_name, receive) => {
        this.#channels.set(receive, life);
        return {
          post: (message) => {
            if (life.dead) return;
            for (const [other, its] of this.#channels) if (other !== receive && !its.dead) setTimeout(() => its.frozen ?? other(structuredClone(message)));
          },
          close: () => void this.#channels.delete(receive),
        };
      },
      storage: null,
      geolocation: null,
      photoWorker: ({ message }) => ({
        postMessage: (job) => void prepared((job as { id: number }).id).then((reply) => life.dead || message(reply)),
        terminate: () => undefined,
      }),
      timeZone: () => 'Asia/Shanghai',
      appVersion: 'test',
      capture: 'phone',
      visible: () => life.visible,
      online: () => this.online,
      ...over,
    };
  }
}

function newLife(): Life {
  let die = (): void => undefined;
  const died = new Promise<void>((resolve) => (die = resolve));
  return { frozen: null, thaw: () => undefined, dead: false, died, die, visible: true };
}

function nap(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export let photoBytes = 50_000;
export const setPhotoBytes = (bytes: number): void => void (photoBytes = bytes);

async function prepared(id: number): Promise<object> {
  const bytes = randomBytes(photoBytes);
  return { id, reply: { kind: 'ready', bytes: bytes.buffer, sha256: await sha256(bytes), media_type: 'image/jpeg', width: 4, height: 3, thumb: randomBytes(9).buffer, reencoded: false } };
}

export async function until<T>(what: () => T | Promise<T>, good: (value: T) => boolean, ms = 8_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await what();
    if (good(value)) return value;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const quiet = (status: SyncStatus): boolean => status.operations_waiting === 0 && status.files_waiting === 0;

/** A report of something by the road, sealed. */
export async function report(core: Core, now: number, photos = 1): Promise<Extract<SubmitResult, { kind: 'sealed' }>> {
  const draft = await core.drafts.open('finding.report', { title: '路边' }, () => finding(now));
  for (let i = 0; i < photos; i++) {
    const result = await core.photos.pick(draft.id, new Blob([]), { role: 'before', capture: 'system_camera' });
    if (result.kind !== 'stored') throw new Error(result.kind);
  }
  const sealed = await core.submit(draft.id);
  if (sealed.kind !== 'sealed') throw new Error(sealed.kind);
  return sealed;
}

/** Until everything of the person in this tab is with the county and its receipts are checked. */
export async function allConfirmed(core: Core): Promise<void> {
  core.wake('tap');
  await until(
    () => core.work.mine(),
    (works) => works.every((work) => work.state === 'confirmed' || work.state === 'purged'),
  );
}
