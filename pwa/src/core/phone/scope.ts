// What belongs to the person who is signed in: the database and everything that works on it. Another person gets another one; nothing is shared.
import type { LocalDatabase } from '../db';
import { Drafts } from '../drafts';
import type { Geo } from '../geo';
import type { Host } from '../host';
import type { Noun } from '../index';
import type { Photos } from '../photos';
import { WorkingSet } from '../working';

export interface Scope {
  readonly person_id: string;
  readonly db: LocalDatabase;
  readonly drafts: Drafts;
  /** Loaded with the first photo. */
  readonly photos: () => Promise<Photos>;
  readonly working: WorkingSet;
}

export interface ScopeEvents {
  readonly space: () => 'normal' | 'low' | 'none';
  /** A write failed for want of space. */
  readonly full: () => void;
  readonly changed: (nouns: readonly Noun[]) => void;
}

export function openScope(person_id: string, db: LocalDatabase, host: Host, geo: Geo, events: ScopeEvents): Scope {
  const drafts = new Drafts(db, host.now, () => events.changed(['drafts']));
  let loaded: Promise<Photos> | null = null;
  const photos = (): Promise<Photos> =>
    (loaded ??= import('../photos').then(
      ({ Photos: Made }) => new Made(db, host, geo, events.space, events.full, () => events.changed(['files'])),
      (error: unknown) => {
        loaded = null;
        throw error;
      },
    ));
  return { person_id, db, drafts, photos, working: new WorkingSet(db, host.now) };
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
