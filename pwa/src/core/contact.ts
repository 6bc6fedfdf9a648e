// Keeps what the server last said about time and about its epoch (the life of its data) in each person's database. Written seldom: a contact every
// half minute is as good as one a second, and each write is flushed to the disk.
import type { ServerContact } from './clock';
import type { Database } from './db';
import { getMeta, putMeta } from './meta';

const EVERY_MS = 30_000;

export class ContactLog {
  readonly #now: () => number;
  readonly #last = new Map<string, { readonly epoch: string; readonly at: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** True when this database meets this epoch for the first time: what the server acknowledged before must be checked again. */
  async note(db: Database, contact: ServerContact, epoch: string): Promise<boolean> {
    const last = this.#last.get(db.name);
    if (last?.epoch === epoch && Math.abs(this.#now() - last.at) < EVERY_MS) return false;
    this.#last.set(db.name, { epoch, at: this.#now() });
    return db.write(['meta'], async (tx) => {
      await putMeta(tx, 'contact', contact);
      const epochs = (await getMeta(tx, 'epochs')) ?? [];
      if (epochs.at(-1) === epoch) return false;
      await putMeta(tx, 'epochs', [...epochs, epoch]);
      return true;
    });
  }
}
