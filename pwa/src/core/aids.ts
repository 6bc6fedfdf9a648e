// What helps a person in the field and may fail without harm: where one was a moment ago, where one was interrupted, what the last photo showed,
// what good and bad look like. Loaded with the first screen that asks.
import type { ApiClient } from '../api/client';
import { Anchors, subjectKey } from './anchors';
import type { Database } from './db';
import { Examples } from './examples';
import { Inbox } from './inbox';
import { LastPhotos } from './last-photos';
import { getMeta, readMeta, writeMeta, type MetaValues, type Resume } from './meta';
import type { StorageStatus } from './model';
import type { WorkingSet } from './working';

/** Somebody who comes back later than this has begun something else. */
const RESUME_MS = 2 * 3_600_000;

export interface AidsParts {
  readonly db: Database;
  readonly api: Pick<ApiClient, 'get' | 'send' | 'blob'>;
  readonly now: () => number;
  readonly storage: () => StorageStatus;
  readonly working: WorkingSet;
}

export class Aids {
  readonly #parts: AidsParts;
  readonly anchors: Anchors;
  readonly lastPhotos: LastPhotos;
  readonly inbox: Inbox;
  readonly #examples: Examples;
  /** Example pictures still to be fetched; unknown before the first look. */
  #missing: number | null = null;

  constructor(parts: AidsParts) {
    this.#parts = parts;
    this.anchors = new Anchors(parts.db, parts.now);
    this.lastPhotos = new LastPhotos(parts);
    this.inbox = new Inbox(parts);
    this.#examples = new Examples(parts.db, parts.api, parts.now);
  }

  // ------------------------------------------------------------ going on after the phone ended the page

  /** Before a picker opens, and while a camera sheet is open: where to go on. */
  remember(place: Omit<Resume, 'at'>): Promise<void> {
    return writeMeta(this.#parts.db, 'resume', { ...place, at: this.#parts.now() });
  }

  forget(): Promise<void> {
    return this.#parts.db.write(['meta'], (tx) => tx.objectStore('meta').delete('resume'));
  }

  /** Where a camera sheet was open when the page ended; null when long ago or when its draft is gone. */
  async resume(): Promise<Resume | null> {
    const { db, now } = this.#parts;
    return db.read(['meta', 'drafts'], async (tx) => {
      const kept = await getMeta(tx, 'resume');
      if (!kept || Math.abs(now() - kept.at) > RESUME_MS) return null;
      return (await tx.objectStore('drafts').getKey(kept.draft_id)) === undefined ? null : kept;
    });
  }

  // ------------------------------------------------------------ the push switch

  /** What this person switched on in this browser. */
  push(): Promise<MetaValues['push'] | null> {
    return readMeta(this.#parts.db, 'push');
  }

  setPush(value: MetaValues['push'] | null): Promise<void> {
    if (value) return writeMeta(this.#parts.db, 'push', value);
    return this.#parts.db.write(['meta'], (tx) => tx.objectStore('meta').delete('push'));
  }

  // ------------------------------------------------------------ pictures to look at

  example(hash: string): Promise<Blob | null> {
    return this.#examples.blob(hash);
  }

  /** After each pull: cheap when the lists did not change and nothing is missing. */
  async afterPull(nouns: ReadonlySet<string>): Promise<void> {
    if (this.#missing === 0 && !nouns.has('checklists')) return;
    this.#missing = await this.#examples.fetch(await this.#parts.working.all('checklists'));
  }

  /** For "ready for the field": the last photos of these sites and all example pictures. Gives back how many sites are complete. */
  async prefetch(site_ids: readonly string[]): Promise<number> {
    await this.afterPull(new Set(['checklists']));
    let complete = 0;
    for (const id of site_ids) if (await this.lastPhotos.fetch(id)) complete += 1;
    return complete;
  }

  /** The site of a draft, to find its last photos and anchors. */
  async subjectOf(draft_id: string): Promise<{ readonly site_id: string | null; readonly key: string }> {
    const draft = await this.#parts.db.read(['drafts'], (tx) => tx.objectStore('drafts').get(draft_id));
    return { site_id: draft?.subject.site_id ?? null, key: subjectKey(draft?.subject ?? { title: '' }, draft_id) };
  }
}

