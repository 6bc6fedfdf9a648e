// What belongs to the person who is signed in: the database and everything that works on it. Another person gets another one; nothing is shared.
import type { ApiClient } from '../../api/client';
import type { Aids } from '../aids';
import type { Clock } from '../clock';
import type { LocalDatabase } from '../db';
import { Drafts } from '../drafts';
import type { Geo } from '../geo';
import type { Host } from '../host';
import type { Noun } from '../index';
import type { StorageStatus } from '../model';
import type { Photos } from '../photos';
import { WorkingSet } from '../working';

/** A picture that takes longer is not waited for: what is sealed is on its way, a hidden page may have no more time. */
const PHOTO_PATIENCE_MS = 5_000;

export interface Scope {
  readonly person_id: string;
  readonly db: LocalDatabase;
  readonly drafts: Drafts;
  /** Loaded with the first photo. */
  readonly photos: () => Promise<Photos>;
  /** Waits (not for ever) until no picture is still being prepared. */
  readonly photosReady: () => Promise<void>;
  readonly aids: () => Promise<Aids>;
  readonly working: WorkingSet;
}

export interface ScopeEvents {
  readonly space: () => 'normal' | 'low' | 'none';
  /** A write failed for want of space. */
  readonly full: () => void;
  readonly changed: (nouns: readonly Noun[]) => void;
  readonly storage: () => StorageStatus;
}

/** What the parts of a scope share with the whole phone. */
export interface ScopeParts {
  readonly host: Host;
  readonly geo: Geo;
  readonly clock: Clock;
  readonly api: ApiClient;
}

export function openScope(person_id: string, db: LocalDatabase, { host, geo, clock, api }: ScopeParts, events: ScopeEvents): Scope {
  const drafts = new Drafts(db, host.now, () => events.changed(['drafts']));
  const working = new WorkingSet(db, host.now);
  let asked = false;
  const loaded = lazily(async () => new (await import('../photos')).Photos(db, host, geo, clock, events.space, events.full, () => events.changed(['files'])));
  const photos = (): Promise<Photos> => {
    asked = true;
    return loaded();
  };
  const photosReady = async (): Promise<void> => {
    // Nobody took one: nothing needs to be loaded to know that none is on its way.
    if (asked) await (await loaded().catch(() => null))?.idle(PHOTO_PATIENCE_MS);
  };
  const aids = lazily(async () => new (await import('../aids')).Aids({ db, api, now: host.now, storage: events.storage, working }));
  return { person_id, db, drafts, photos, photosReady, aids, working };
}

/** Made once, when first asked for; a failed load is tried again. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () =>
    (made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    }));
}

/** Who is present in this tab; null while nobody is signed in. */
export class Present {
  scope: Scope | null = null;

  must(): Scope {
    if (!this.scope) throw new Error('nobody is signed in');
    return this.scope;
  }

  async in<T>(work: (scope: Scope) => Promise<T>, otherwise: T): Promise<T> {
    return this.scope ? work(this.scope) : otherwise;
  }
}
