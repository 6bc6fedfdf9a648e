// Good and bad example pictures of the checklists, kept by their hash so that they can be looked at without a signal. Bytes are checked against
// the hash that the checklist names: what a proxy made of them is not kept.
import type { ApiClient } from '../api/client';
import { sha256 } from './bytes';
import { NoSpace, type Database } from './db';
import type { Checklist } from './rows';

export class Examples {
  readonly #db: Database;
  readonly #api: Pick<ApiClient, 'blob'>;
  readonly #now: () => number;

  constructor(db: Database, api: Pick<ApiClient, 'blob'>, now: () => number) {
    this.#db = db;
    this.#api = api;
    this.#now = now;
  }

  /** Fetches what the given lists show and what is not here yet; forgets what no list shows. Gives back how many are still missing. */
  async fetch(lists: readonly Checklist[]): Promise<number> {
    const wanted = new Map(lists.flatMap((list) => list.body.items.flatMap((item) => (item.examples ?? []).map((one) => [one.sha256, one.media_type] as const))));
    const here = new Set(await this.#db.read(['examples'], (tx) => tx.objectStore('examples').getAllKeys()));
    const stale = [...here].filter((key) => !wanted.has(key));
    if (stale.length > 0) {
      await this.#db.write(['examples'], async (tx) => {
        for (const key of stale) await tx.objectStore('examples').delete(key);
      });
    }
    const missing = [...wanted].filter(([key]) => !here.has(key));
    for (const [i, [key, media_type]] of missing.entries()) {
      const kept = await this.#one(key, media_type);
      if (kept === 'later') return missing.length - i;
    }
    return 0;
  }

  async blob(hash: string): Promise<Blob | null> {
    const kept = await this.#db.read(['examples'], (tx) => tx.objectStore('examples').get(hash));
    if (kept) return new Blob([kept.bytes], { type: kept.media_type });
    // Not fetched yet and there is a network: shown now, kept with the next sync.
    const answer = await this.#api.blob(address(hash));
    return answer.kind === 'ok' ? answer.data : null;
  }

  async #one(hash: string, media_type: string): Promise<'done' | 'later'> {
    const answer = await this.#api.blob(address(hash));
    if (answer.kind === 'offline' || answer.kind === 'expired') return 'later';
    if (answer.kind !== 'ok') return 'done';
    const bytes = await answer.data.arrayBuffer();
    if ((await sha256(bytes)) !== hash) return 'done';
    try {
      await this.#db.write(['examples'], (tx) => tx.objectStore('examples').put({ bytes, media_type, kept_at: this.#now() }, hash));
      return 'done';
    } catch (error) {
      if (error instanceof NoSpace) return 'later';
      throw error;
    }
  }
}

const address = (hash: string): string => `/checklists/examples/${encodeURIComponent(hash)}`;
