// One IndexedDB connection that heals itself. Systems close it behind our back (iOS when the page was away, anybody under memory pressure) or never
// answer the opening; then it is opened again and the work repeated. Only when that fails several times does the person hear of it.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

/** Pauses before the second, third … try. */
const TRY_AGAIN_MS: readonly number[] = [0, 100, 500];
/** An opening that takes longer will not come any more. */
const PATIENCE_MS = 10_000;

/** Failures that mean "the connection is gone", not "the work is wrong". */
const LOST = new Set(['InvalidStateError', 'UnknownError', 'TimeoutError', 'TransactionInactiveError']);

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

export class NoSpace extends Error {
  override readonly name = 'NoSpace';
}

/** Told when the database could not be brought back (its failure's name), and when it works again (null). */
export type Trouble = (name: string | null) => void;

export class Connection<Schema extends DBSchema> {
  readonly #name: string;
  readonly #version: number;
  readonly #upgrade: (db: IDBPDatabase<Schema>, from: number) => void;
  readonly #trouble: Trouble;
  #open: Promise<IDBPDatabase<Schema>> | null = null;
  #closed = false;
  #broken = false;

  constructor(name: string, version: number, upgrade: (db: IDBPDatabase<Schema>, from: number) => void, trouble: Trouble = () => undefined) {
    this.#name = name;
    this.#version = version;
    this.#upgrade = upgrade;
    this.#trouble = trouble;
  }

  /** `work` may run again after a reconnect. */
  async attempt<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        const result = await work(await this.#connection());
        if (this.#broken) this.#say(null);
        return result;
      } catch (error) {
        if (nameOf(error) === 'QuotaExceededError') throw new NoSpace();
        const lost = !this.#closed && LOST.has(nameOf(error));
        const pause = TRY_AGAIN_MS[tries];
        if (!lost || pause === undefined) {
          if (lost) this.#say(nameOf(error));
          throw error;
        }
        this.#drop();
        if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #connection(): Promise<IDBPDatabase<Schema>> {
    if (this.#open) return this.#open;
    const opening = inTime(
      openDB<Schema>(this.#name, this.#version, {
        upgrade: (db, from) => this.#upgrade(db, from),
        // Another tab runs a newer version: let it migrate; this tab opens again at its next use.
        blocking: () => this.#drop(),
        terminated: () => this.#drop(),
      }),
    );
    this.#open = opening;
    opening.catch(() => {
      if (this.#open === opening) this.#open = null;
    });
    return opening;
  }

  #drop(): void {
    const lost = this.#open;
    this.#open = null;
    lost?.then((db) => db.close()).catch(() => undefined);
  }

  #say(name: string | null): void {
    this.#broken = name !== null;
    this.#trouble(name);
  }
}

/** A connection that comes after all is closed, so that it blocks nobody. */
function inTime<Schema extends DBSchema>(opening: Promise<IDBPDatabase<Schema>>): Promise<IDBPDatabase<Schema>> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new DOMException('the local database does not open', 'TimeoutError'));
    }, PATIENCE_MS);
    opening.then(
      (db) => {
        clearTimeout(timer);
        if (late) db.close();
        else resolve(db);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error as Error);
      },
    );
  });
}
