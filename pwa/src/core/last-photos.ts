// What the last photos of a site show, kept here so that a new one can show the same frame, also without a signal. Fetched when a site is opened
// with a network and before a day in the field; pictures of the county, never sent anywhere, and the first to go when space is short.
import type { ApiClient } from '../api/client';
import { NoSpace, type Database, type LastPhoto } from './db';
import type { StorageStatus } from './model';

/** What the county answers at `/sites/{id}/last-photos`. */
interface Answer {
  readonly items: readonly LastPhoto[];
}

/** Asked at most this often per site. */
const FRESH_MS = 3_600_000;
/** About 40 MB at 200 KB each; the oldest go first. */
const MOST_PICTURES = 200;
/** Of one site: the newest say enough. */
const PER_SITE = 20;

/** When it was taken, as well as the county knows. */
export const shownAt = (photo: LastPhoto): string => photo.taken_at ?? photo.visit_at;

export interface LastPhotosParts {
  readonly db: Database;
  readonly api: Pick<ApiClient, 'get' | 'blob'>;
  readonly now: () => number;
  readonly storage: () => StorageStatus;
}

export class LastPhotos {
  readonly #parts: LastPhotosParts;
  constructor(parts: LastPhotosParts) {
    this.#parts = parts;
  }

  /** Asks the county about one site and fetches the pictures that are not here yet. False when the county could not be asked. */
  async fetch(site_id: string): Promise<boolean> {
    const { db, api, now } = this.#parts;
    const known = await db.read(['last_photos'], (tx) => tx.objectStore('last_photos').get(site_id));
    if (known && Math.abs(now() - known.asked_at) < FRESH_MS) {
      return this.keep(known.items.map((item) => item.photo_id));
    }
    const answer = await api.get<Answer>(`/sites/${encodeURIComponent(site_id)}/last-photos`);
    if (answer.kind !== 'ok' || !Array.isArray(answer.data.items)) return false;
    const items = answer.data.items.slice(0, PER_SITE);
    await this.#quietly(db.write(['last_photos'], (tx) => tx.objectStore('last_photos').put({ site_id, asked_at: now(), items })));
    return this.keep(items.map((item) => item.photo_id));
  }

  /** Fetches pictures that are not here yet, by photo id. False when one of them did not come. */
  async keep(photo_ids: readonly string[]): Promise<boolean> {
    const { db, api, now, storage } = this.#parts;
    let all = true;
    for (const id of photo_ids) {
      if (storage().level === 'red') return false;
      if ((await db.read(['pictures'], (tx) => tx.objectStore('pictures').getKey(id))) !== undefined) continue;
      const answer = await api.blob(`/photos/${encodeURIComponent(id)}/display`);
      // 202: its copies are still being made; the next opening of the site asks again.
      if (answer.kind !== 'ok' || answer.status !== 200) {
        all = false;
        if (answer.kind === 'offline' || answer.kind === 'expired') return false;
        continue;
      }
      const bytes = await answer.data.arrayBuffer();
      await this.#quietly(db.write(['pictures'], (tx) => tx.objectStore('pictures').put({ bytes, media_type: answer.data.type, kept_at: now() }, id)));
    }
    await this.#makeRoom();
    return all;
  }

  /** The earlier photo of this item (null: of the site), to lay over the viewfinder. Only one whose picture lies here. */
  async of(site_id: string, item_code: string | null, instance_key: string): Promise<LastPhoto | null> {
    return this.#parts.db.read(['last_photos', 'pictures'], async (tx) => {
      const row = await tx.objectStore('last_photos').get(site_id);
      const fits = (row?.items ?? []).filter((item) => item.item_code === item_code && item.instance_key === instance_key);
      fits.sort((a, b) => shownAt(b).localeCompare(shownAt(a)));
      for (const item of fits) if ((await tx.objectStore('pictures').getKey(item.photo_id)) !== undefined) return item;
      return null;
    });
  }

  async picture(photo_id: string): Promise<Blob | null> {
    const kept = await this.#parts.db.read(['pictures'], (tx) => tx.objectStore('pictures').get(photo_id));
    return kept ? new Blob([kept.bytes], { type: kept.media_type }) : null;
  }

  async #makeRoom(): Promise<void> {
    await this.#quietly(
      this.#parts.db.write(['pictures'], async (tx) => {
        const store = tx.objectStore('pictures');
        const over = (await store.count()) - MOST_PICTURES;
        if (over <= 0) return;
        const ages: { key: string; at: number }[] = [];
        for (let at = await store.openCursor(); at; at = await at.continue()) ages.push({ key: at.key, at: at.value.kept_at });
        ages.sort((a, b) => a.at - b.at);
        for (const { key } of ages.slice(0, over)) await store.delete(key);
      }),
    );
  }

  /** A phone without room goes on without pictures to look at. */
  async #quietly(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof NoSpace)) throw error;
    }
  }
}
