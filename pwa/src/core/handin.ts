// Ten seconds between "submit" and the seal, in which a person may change his mind. What was tapped lies on the disk from the first moment: a
// page that dies, is hidden or loses its battery in these seconds seals at the next start, once. The seconds are counted by the steady clock
// of the tab that shows them, so no wall clock can shorten or stretch them.
//
// A Web Lock per piece of work says "a living tab is counting". Whoever else finds work handed in waits for that lock and seals what is left
// when it is free. Taking back and sealing are transactions on the same row, so exactly one of them wins.
import type { Database } from './db';
import type { Host } from './host';
import type { Draft, Intent, Kind, Subject } from './model';
import type { SealResult } from './seal';

export const UNDO_MS = 10_000;

/** Work that was handed in from this tab and is not sealed yet. `stuck`: sealing failed (mostly: no space left); it is tried again. */
export interface HandedIn {
  readonly id: string;
  readonly kind: Kind;
  readonly subject: Subject;
  readonly state: 'open' | 'sealing' | 'stuck';
}

export type Ending = SealResult | { readonly kind: 'stuck' };

export interface HandInParts {
  readonly db: Database;
  readonly host: Pick<Host, 'locks' | 'sleep'>;
  readonly seal: (id: string) => Promise<SealResult>;
  /** The list of what is handed in, or what lies on the disk, is another. */
  readonly changed: () => void;
}

interface Entry {
  row: HandedIn;
  takenBack: boolean;
  readonly hurry: AbortController;
  readonly ended: Promise<Ending>;
}

export class HandIns {
  readonly #parts: HandInParts;
  readonly #here = new Map<string, Entry>();
  /** Found on the disk, handed in by another tab that lives or by one that died. */
  readonly #found = new Map<string, Promise<Ending>>();

  constructor(parts: HandInParts) {
    this.#parts = parts;
  }

  get list(): readonly HandedIn[] {
    return [...this.#here.values()].filter(({ takenBack }) => !takenBack).map(({ row }) => row);
  }

  /** True when it lies on the disk as handed in; the seconds run from then on. */
  async handIn(id: string, intent: Intent): Promise<boolean> {
    const before = this.#here.get(id);
    if (before?.row.state === 'open' && !before.takenBack) return true;
    await before?.ended;
    return new Promise((resolve, reject) => {
      const hurry = new AbortController();
      // The lock first: nobody else may find the intent and seal it before the seconds are over.
      void this.#parts.host.locks
        .request(lockOf(id), async () => {
          const draft = await this.#note(id, intent);
          if (!draft) return resolve(false);
          const ended = this.#count(id, hurry.signal);
          this.#here.set(id, { row: { id, kind: draft.kind, subject: draft.subject, state: 'open' }, takenBack: false, hurry, ended });
          this.#parts.changed();
          resolve(true);
          await ended;
        })
        .catch(reject);
    });
  }

/** `sealed`: too late, it is on its way. */
  async takeBack(id: string): Promise<'taken_back' | 'sealed'> {
    const outcome = await this.#parts.db.write(['drafts', 'operations'], async (tx) => {
      if (await tx.objectStore('operations').getKey(id)) return 'sealed' as const;
      const draft = await tx.objectStore('drafts').get(id);
      if (draft?.intent) {
        const { intent: _, ...open } = draft;
        await tx.objectStore('drafts').put({ ...open, updated_at: draft.updated_at + 1 });
      }
      return 'taken_back' as const;
    });
    const entry = this.#here.get(id);
    if (entry) {
      entry.takenBack = outcome === 'taken_back';
      entry.hurry.abort();
    }
    this.#parts.changed();
    return outcome;
  }

  /** Resolves when it is sealed, was taken back (`gone`), or could not be sealed. */
  async ended(id: string): Promise<Ending> {
    return this.#here.get(id)?.ended ?? this.#found.get(id) ?? this.#parts.seal(id);
  }

  /** Seals now what waits: the page is about to go away. */
  async hurry(): Promise<void> {
    const waiting = [...this.#here.values()];
    for (const { hurry } of waiting) hurry.abort();
    await Promise.all(waiting.map(({ ended }) => ended));
  }

  /** Looks for work that another tab, or this one before it died, handed in. Resolves when all that nobody counts for is sealed. */
  async recover(): Promise<void> {
    for (const [id, { row }] of this.#here) if (row.state === 'stuck') this.#here.delete(id);
    const drafts = await this.#parts.db.read(['drafts'], (tx) => tx.objectStore('drafts').getAll());
    for (const draft of drafts) {
      if (draft.intent && !this.#found.has(draft.id) && !this.#here.has(draft.id)) this.#found.set(draft.id, this.#adopt(draft));
    }
    await Promise.allSettled(this.#found.values());
  }

  /** Waits until nobody counts for it any more, and seals what is left. */
  async #adopt({ id, kind, subject }: Draft): Promise<Ending> {
    const ending = await this.#parts.host.locks.request(lockOf(id), () => this.#seal(id));
    this.#found.delete(id);
    if (ending.kind === 'stuck') {
      this.#here.set(id, { row: { id, kind, subject, state: 'stuck' }, takenBack: false, hurry: new AbortController(), ended: Promise.resolve(ending) });
    }
    this.#parts.changed();
    return ending;
  }

  #note(id: string, intent: Intent): Promise<Draft | null> {
    return this.#parts.db.write(['drafts'], async (tx) => {
      const draft = await tx.objectStore('drafts').get(id);
      if (!draft) return null;
      await tx.objectStore('drafts').put({ ...draft, intent, updated_at: draft.updated_at + 1 });
      return draft;
    });
  }

  async #count(id: string, hurry: AbortSignal): Promise<Ending> {
    await this.#parts.host.sleep(UNDO_MS, hurry);
    this.#show(id, 'sealing');
    const ending = await this.#seal(id);
    if (ending.kind === 'stuck') this.#show(id, 'stuck');
    else this.#here.delete(id);
    this.#parts.changed();
    return ending;
  }

  async #seal(id: string): Promise<Ending> {
    try {
      const then = (await this.#parts.db.read(['drafts'], (tx) => tx.objectStore('drafts').get(id)))?.intent?.then?.id;
      const ending = await this.#parts.seal(id);
      if (ending.kind === 'sealed' && then !== undefined) await this.#parts.seal(then);
      // Grew after it was handed in (another tab): back to the drafts, where a person sees why.
      if (ending.kind === 'too_large') await this.takeBack(id);
      return ending;
    } catch {
      return { kind: 'stuck' };
    }
  }

  #show(id: string, state: HandedIn['state']): void {
    const entry = this.#here.get(id);
    if (!entry) return;
    entry.row = { ...entry.row, state };
    this.#parts.changed();
  }
}

const lockOf = (id: string): string => `lalian-handed-in-${id}`;
