// The two lamps of this tab: how far sending is, and how much room the phone has. Counted anew from the database after every change, so they
// cannot drift from what really lies here.
import type { Emitter } from '../events';
import type { Host } from '../host';
import type { CoreEvents } from '../index';
import { getMeta } from '../meta';
import type { FileProgress, Session, StorageStatus, SyncPhase, SyncStatus } from '../model';
import { needsAttention, waiting } from '../outbox';
import { storageStatus, UNKNOWN_STORAGE } from '../quota';
import type { Present } from './scope';

export const NOTHING_WAITS: SyncStatus = {
  phase: { kind: 'idle' },
  file: null,
  operations_waiting: 0,
  files_waiting: 0,
  bytes_waiting: 0,
  attention: 0,
  needs_login: false,
  blocked: false,
  oldest_waiting_at: null,
  last_contact_at: null,
  last_pull_at: null,
};

/** How sending stands for one person, as the tab that sends tells it. */
export interface Sending {
  readonly phase: SyncPhase;
  readonly sending: string | null;
  readonly file: FileProgress | null;
  readonly needs_login: boolean;
}

export const NOT_SENDING: Sending = { phase: { kind: 'idle' }, sending: null, file: null, needs_login: false };

export class Status {
  sync: SyncStatus = NOTHING_WAITS;
  storage: StorageStatus = UNKNOWN_STORAGE;
  sending: Sending = NOT_SENDING;
  readonly #host: Host;
  readonly #events: Emitter<CoreEvents>;
  readonly #present: Present;
  readonly #session: () => Session;
  #counting: Promise<void> | null = null;
  #again = false;

  constructor(host: Host, events: Emitter<CoreEvents>, present: Present, session: () => Session) {
    this.#host = host;
    this.#events = events;
    this.#present = present;
    this.#session = session;
  }

  /** Counts anew after changes; many changes in a row are one count. */
  async refreshSync(): Promise<void> {
    if (this.#counting) {
      this.#again = true;
      return this.#counting;
    }
    this.#counting = this.#count()
      .catch(() => undefined)
      .finally(() => {
        this.#counting = null;
      });
    return this.#counting;
  }

  async #count(): Promise<void> {
    do {
      this.#again = false;
      const scope = this.#present.scope;
      if (!scope) break;
      const count = await this.count();
      const { contact, cursor } = await scope.db.read(['meta'], async (tx) => ({ contact: await getMeta(tx, 'contact'), cursor: await getMeta(tx, 'cursor') }));
      if (scope !== this.#present.scope) continue;
      const session = this.#session();
      this.sync = {
        phase: this.sending.phase,
        file: this.sending.file,
        operations_waiting: count.operations_waiting,
        files_waiting: count.files_waiting,
        bytes_waiting: count.bytes_waiting,
        attention: count.attention,
        needs_login: this.sending.needs_login || (session.kind === 'signed_in' && session.link === 'expired'),
        blocked: this.sending.needs_login,
        oldest_waiting_at: count.oldest,
        last_contact_at: contact ? Date.parse(contact.device_at) : null,
        last_pull_at: cursor?.pulled_at ?? null,
      };
      this.#events.emit('sync', this.sync);
    } while (this.#again);
  }

  /** A photo moved on: no need to count anything for that. */
  moved(): void {
    this.sync = { ...this.sync, file: this.sending.file };
    this.#events.emit('sync', this.sync);
  }

  async count(): Promise<{ operations_waiting: number; files_waiting: number; bytes_waiting: number; oldest: number | null; attention: number }> {
    const scope = this.#present.scope;
    if (!scope) return { operations_waiting: 0, files_waiting: 0, bytes_waiting: 0, oldest: null, attention: 0 };
    const { operations, files } = await waiting(scope.db);
    const held = [...files.values()].flat().filter((file) => file.upload === 'held');
    return {
      operations_waiting: operations.filter((row) => row.progress === 'sealed').length,
      files_waiting: held.length,
      bytes_waiting: held.reduce((sum, file) => sum + file.bytes, 0),
      oldest: operations.find((row) => row.progress === 'sealed' || held.some((file) => file.owner === row.id))?.sealed_at ?? null,
      attention: operations.filter(needsAttention).length,
    };
  }

  async refreshStorage(): Promise<void> {
    this.#setStorage(await storageStatus(this.#host));
  }

  /** A write failed for want of space: whatever the estimate says, it is full. */
  full(): void {
    this.#setStorage({ ...this.storage, level: 'red', free_bytes: 0 });
  }

  /** What the room means for a new photo. */
  space(): 'normal' | 'low' | 'none' {
    return this.storage.level === 'red' ? 'none' : this.storage.level === 'amber' ? 'low' : 'normal';
  }

  #setStorage(status: StorageStatus): void {
    this.storage = status;
    this.#events.emit('storage', status);
  }
}
