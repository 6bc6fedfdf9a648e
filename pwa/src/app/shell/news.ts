// When somebody opens a list or a ticket, what is older than a few seconds is asked for at once instead of with the next minute.
import type { Session, SyncStatus } from '@/core';
import { entryOf } from './roles';

/** Younger news is new enough; at most one question in this time. */
export const FRESH_MS = 10_000;
/** Lists and tickets; forms and visits have what they need. */
const READS = /^\/(?:|tickets?(?:\/.+)?|sign|mine|look-back)$/;

export interface Moment {
  readonly path: string;
  readonly now: number;
  readonly visible: boolean;
  readonly session: Session;
  readonly sync: SyncStatus;
}

export class News {
  #asked = -Infinity;

  /** The office reads from the server anyway; whoever is sending, or was told to wait, asks for nothing beside it. */
  due({ path, now, visible, session, sync }: Moment): boolean {
    if (!visible || !READS.test(path) || sync.phase.kind !== 'idle') return false;
    if (session.kind !== 'signed_in' || session.link !== 'live' || !session.post || entryOf(session.post.role) === 'office') return false;
    if (now - Math.max(this.#asked, sync.last_pull_at ?? -Infinity) < FRESH_MS) return false;
    this.#asked = now;
    return true;
  }
}
