// Unfinished work, saved after every tap. The newest payload is kept in memory for 150 ms so that fast tapping is one write, and written at once
// when the page goes away. Several drafts may lie open; each has at most one write under way and one waiting.
import { uuidv7 } from './bytes';
import type { Database } from './db';
import type { Draft, Kind, Subject } from './model';
import type { Payloads } from './payloads';

const QUIET_MS = 150;

/** What is not to be written anew. */
const AS_IT_IS = Symbol('as it is');

interface Pending {
  payload: unknown;
  view: unknown;
  timer: ReturnType<typeof setTimeout> | null;
  readonly saved: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export class Drafts {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #changed: () => void;
  readonly #pending = new Map<string, Pending>();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(db: Database, now: () => number, changed: () => void) {
    this.#db = db;
    this.#now = now;
    this.#changed = changed;
  }

  async list(kind?: Kind): Promise<readonly Draft[]> {
    const drafts = await this.#db.read(['drafts'], (tx) => tx.objectStore('drafts').getAll());
    return drafts.filter((draft) => !draft.intent && (kind === undefined || draft.kind === kind)).sort((a, b) => b.updated_at - a.updated_at);
  }

  /** With what is still waiting to be written. */
  async get<K extends Kind>(id: string, kind: K): Promise<Draft<Payloads[K]> | null> {
    const draft = await this.#db.read(['drafts'], (tx) => tx.objectStore('drafts').get(id));
    if (draft?.kind !== kind || draft.intent) return null;
    const waiting = this.#pending.get(id);
    return (waiting ? withNew(draft, waiting) : draft) as Draft<Payloads[K]>;
  }

  async begun(kind: Kind, subject: Subject): Promise<boolean> {
    return (await this.list(kind)).some((draft) => sameSubject(draft.subject, subject));
  }

  async open<K extends Kind>(kind: K, subject: Subject, initial: () => Payloads[K], after: readonly string[] = []): Promise<Draft<Payloads[K]>> {
    const now = this.#now();
    const fresh: Draft = { id: uuidv7(now), kind, subject, payload: plain(initial()), after, started_at: now, updated_at: now };
    // Looking and adding in one transaction: two quick taps on "start" open one visit.
    const draft = await this.#db.write(['drafts'], async (tx) => {
      const begun = (await tx.objectStore('drafts').getAll()).find((other) => other.kind === kind && !other.intent && sameSubject(other.subject, subject));
      if (!begun) await tx.objectStore('drafts').add(fresh);
      return begun ?? fresh;
    });
    if (draft === fresh) this.#changed();
    return (await this.get(draft.id, kind)) ?? (draft as Draft<Payloads[K]>);
  }

  save<K extends Kind>(id: string, payload: Payloads[K]): Promise<void> {
    return this.#put(id, { payload: plain(payload) });
  }

  /** Where the person stands in it, kept beside the work. */
  look(id: string, view: unknown): void {
    void this.#put(id, { view: plain(view) }).catch(() => undefined);
  }

  #put(id: string, part: Partial<Pick<Pending, 'payload' | 'view'>>): Promise<void> {
    const waiting = this.#pending.get(id);
    if (waiting) {
      Object.assign(waiting, part);
      if (waiting.timer !== null) clearTimeout(waiting.timer);
      waiting.timer = setTimeout(() => void this.#write(id), QUIET_MS);
      return waiting.saved;
    }
    const fresh: Pending = { payload: AS_IT_IS, view: AS_IT_IS, ...part, timer: setTimeout(() => void this.#write(id), QUIET_MS), ...deferredSave() };
    this.#pending.set(id, fresh);
    return fresh.saved;
  }

  /** Writes what waits, as far as it can: the page goes away and nobody could be told. */
  async flush(): Promise<void> {
    await Promise.allSettled([...this.#pending.keys()].map((id) => this.#write(id)));
    await this.#writing;
  }

  /** Fails unless everything of this draft is on the disk: what is sealed is what lies there. */
  async must(id: string): Promise<void> {
    // A write under way that fails puts its words back among those that wait.
    await this.#writing;
    while (this.#pending.has(id)) await this.#write(id);
  }

  async discard(id: string): Promise<void> {
    const waiting = this.#pending.get(id);
    if (waiting?.timer) clearTimeout(waiting.timer);
    this.#pending.delete(id);
    waiting?.resolve();
    await this.#db.write(['drafts', 'operations', 'files', 'file_bytes', 'thumbs'], async (tx) => {
      // Sealed in the meantime: its photos belong to the operation now.
      if (await tx.objectStore('operations').getKey(id)) return;
      for (const file_id of await tx.objectStore('files').index('owner').getAllKeys(id)) {
        await tx.objectStore('files').delete(file_id);
        await tx.objectStore('file_bytes').delete(file_id);
        await tx.objectStore('thumbs').delete(file_id);
      }
      await tx.objectStore('drafts').delete(id);
    });
    this.#changed();
  }

  #write(id: string): Promise<void> {
    const waiting = this.#pending.get(id);
    if (!waiting) return Promise.resolve();
    this.#pending.delete(id);
    if (waiting.timer !== null) clearTimeout(waiting.timer);
    // One after the other: an older payload must never land on a newer one.
    this.#writing = this.#writing.then(() =>
      this.#db
        .write(['drafts'], async (tx) => {
          const draft = await tx.objectStore('drafts').get(id);
          if (!draft) return;
          const fresh = withNew(draft, waiting);
          // Looking around is no change of the work: lists keep its age, and a seal under way is not disturbed.
          const updated_at = waiting.payload === AS_IT_IS ? draft.updated_at : Math.max(this.#now(), draft.updated_at + 1);
          await tx.objectStore('drafts').put({ ...fresh, updated_at });
        })
        .then(waiting.resolve, (problem: unknown) => {
          // The words stay, to be written with the next save or flush, unless newer ones wait already.
          const newer = this.#pending.get(id);
          if (!newer) this.#pending.set(id, { payload: waiting.payload, view: waiting.view, timer: null, ...deferredSave() });
          else if (newer.payload === AS_IT_IS) newer.payload = waiting.payload;
          waiting.reject(problem);
        }),
    );
    if (waiting.payload !== AS_IT_IS) this.#changed();
    return waiting.saved;
  }
}

/** A copy that IndexedDB and JSON both take, made now: the screen may go on changing its own object. */
const plain = (payload: unknown): unknown => JSON.parse(JSON.stringify(payload)) as unknown;

const withNew = (draft: Draft, { payload, view }: Pick<Pending, 'payload' | 'view'>): Draft => ({
  ...draft,
  ...(payload === AS_IT_IS ? {} : { payload }),
  ...(view === AS_IT_IS ? {} : { view }),
});

function sameSubject(a: Subject, b: Subject): boolean {
  if (!b.site_id && !b.ticket_id) return false;
  return a.site_id === b.site_id && a.ticket_id === b.ticket_id && a.paper === b.paper && a.practice === b.practice;
}

function deferredSave(): Pick<Pending, 'saved' | 'resolve' | 'reject'> {
  let resolve: () => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const saved = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // A caller that does not wait must not crash the page; the state of the disk is shown by `storage`.
  saved.catch(() => undefined);
  return { saved, resolve, reject };
}
