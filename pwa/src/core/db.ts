// The local database: one per install and person, so that one person's unsent work is never seen or sent as another's.
// Three promises: every write is flushed to the disk before it is reported (durability strict); the schema only ever grows (a migration adds,
// never rewrites); a connection that the system closed behind our back is opened again and the work repeated (connection.ts).
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import { Connection, type Trouble } from './connection';
import type { Draft, FileRow, OperationRow } from './model';

export interface ReceiptRow {
  readonly operation_id: string;
  readonly jws: string;
  readonly epoch: string;
  readonly server_seq: number;
  readonly checked_at: number;
}

/** One row of the working set, as the feed brought it. */
export interface WorkingRow {
  readonly noun: string;
  readonly id: string;
  readonly version: number;
  readonly row: unknown;
}

/** A picture of the county kept here for looking at; never sent anywhere. */
export interface KeptPicture {
  readonly bytes: ArrayBuffer;
  readonly media_type: string;
  readonly kept_at: number;
}

/** The newest photo of each item of a site, as the county told it. */
export interface LastPhotosRow {
  readonly site_id: string;
  readonly asked_at: number;
  readonly items: readonly LastPhoto[];
}

export interface LastPhoto {
  /** Null for an overview of the site. */
  readonly item_code: string | null;
  readonly instance_key: string;
  readonly photo_id: string;
  /** Null where the phone that took it did not say. */
  readonly taken_at: string | null;
  readonly visit_at: string;
}

export interface LocalSchema extends DBSchema {
  /** Single values by name; typed in meta.ts. */
  meta: { key: string; value: unknown };
  drafts: { key: string; value: Draft };
  operations: { key: string; value: OperationRow; indexes: { seq: number } };
  /** Sealed bytes by operation id, apart from the rows so that a list of work stays light. */
  bodies: { key: string; value: ArrayBuffer };
  files: { key: string; value: FileRow; indexes: { owner: string } };
  /** Photo bytes by file id. ArrayBuffer, never File: iOS has returned shortened files. */
  file_bytes: { key: string; value: ArrayBuffer };
  /** 320 px pictures by file id; they stay when the bytes go. */
  thumbs: { key: string; value: ArrayBuffer };
  receipts: { key: string; value: ReceiptRow };
  rows: { key: [string, string]; value: WorkingRow; indexes: { noun: string } };
  /** Good and bad example pictures of the checklists, by SHA-256: readable without a signal. */
  examples: { key: string; value: KeptPicture };
  /** What the last photos of a site show, by site; and their pictures by photo id, for the same frame again. */
  last_photos: { key: string; value: LastPhotosRow };
  pictures: { key: string; value: KeptPicture };
}

export type Store = StoreNames<LocalSchema>;
export type ReadTx = IDBPTransaction<LocalSchema, Store[], 'readonly'>;
export type WriteTx = IDBPTransaction<LocalSchema, Store[], 'readwrite'>;

/**
 * The two verbs that the rest of the core uses. The closure may run twice (after a reconnect) and may await nothing but the transaction:
 * IndexedDB commits as soon as it is left alone.
 */
export interface Database {
  readonly name: string;
  read<T>(stores: readonly Store[], work: (tx: ReadTx) => Promise<T>): Promise<T>;
  write<T>(stores: readonly Store[], work: (tx: WriteTx) => Promise<T>): Promise<T>;
  close(): void;
}

/** Migrations in order; index + 1 is the version after it. Append only: every released phone replays the rest. */
const MIGRATIONS: readonly ((db: IDBPDatabase<LocalSchema>) => void)[] = [
  (db) => {
    db.createObjectStore('meta');
    db.createObjectStore('drafts', { keyPath: 'id' });
    // Unique: two tabs that seal at once cannot both get the same number, whatever the code does.
    db.createObjectStore('operations', { keyPath: 'id' }).createIndex('seq', 'seq', { unique: true });
    db.createObjectStore('bodies');
    db.createObjectStore('files', { keyPath: 'file_id' }).createIndex('owner', 'owner');
    db.createObjectStore('file_bytes');
    db.createObjectStore('thumbs');
    db.createObjectStore('receipts', { keyPath: 'operation_id' });
    db.createObjectStore('rows', { keyPath: ['noun', 'id'] }).createIndex('noun', 'noun');
  },
  (db) => {
    db.createObjectStore('examples');
    db.createObjectStore('last_photos', { keyPath: 'site_id' });
    db.createObjectStore('pictures');
  },
];

export const SCHEMA_VERSION = MIGRATIONS.length;

export { NoSpace, type Trouble } from './connection';

export const databaseName = (person_id: string): string => `lalian-${person_id}`;

export class LocalDatabase implements Database {
  readonly name: string;
  readonly #connection: Connection<LocalSchema>;

  constructor(name: string, trouble?: Trouble) {
    this.name = name;
    const upgrade = (db: IDBPDatabase<LocalSchema>, from: number): void => {
      for (const migrate of MIGRATIONS.slice(from)) migrate(db);
    };
    this.#connection = new Connection(name, SCHEMA_VERSION, upgrade, trouble);
  }

  read<T>(stores: readonly Store[], work: (tx: ReadTx) => Promise<T>): Promise<T> {
    return this.#connection.attempt(async (db) => {
      const tx = db.transaction([...stores], 'readonly');
      const result = await work(tx);
      await tx.done;
      return result;
    });
  }

  write<T>(stores: readonly Store[], work: (tx: WriteTx) => Promise<T>): Promise<T> {
    return this.#connection.attempt(async (db) => {
      const tx = db.transaction([...stores], 'readwrite', { durability: 'strict' });
      // Handled now, so that an abort while `work` still runs is not reported as an unhandled rejection.
      const done = tx.done.then(
        () => null,
        (error: unknown) => error,
      );
      try {
        const result = await work(tx);
        const failure = await done;
        if (failure !== null) throw failure as Error;
        return result;
      } catch (error) {
        try {
          tx.abort();
        } catch {
          // Already over: the error below says why.
        }
        // When the transaction ended by itself it knows why (no space at the commit); when we ended it, the work does.
        const failure = await done;
        throw failure instanceof Error && failure.name !== 'AbortError' ? failure : error;
      }
    });
  }

  close(): void {
    this.#connection.close();
  }
}

/** The open databases of this tab, one connection each. */
export class Databases {
  readonly #open = new Map<string, LocalDatabase>();
  readonly #trouble: Trouble | undefined;

  constructor(trouble?: Trouble) {
    this.#trouble = trouble;
  }

  of(person_id: string): LocalDatabase {
    const known = this.#open.get(person_id);
    if (known) return known;
    const made = new LocalDatabase(databaseName(person_id), this.#trouble);
    this.#open.set(person_id, made);
    return made;
  }

  close(): void {
    for (const db of this.#open.values()) db.close();
    this.#open.clear();
  }
}
