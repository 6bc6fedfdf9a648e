// Where a person is known to have been a moment ago. Indoors no satellite answers, so the arrival's fix, a scanned site plate or a pin on the map
// serves the photos of the same subject for half an hour; each photo keeps the source and the time of what it was given (decisions.md 4).
import type { Database } from './db';
import { getMeta, putMeta, type Anchor } from './meta';
import type { Position, Subject } from './model';

export const ANCHOR_MS = 30 * 60_000;
/** A fix no better than this says nothing about which site one stands at; what is known from the last half hour says more. */
export const COARSE_M = 150;

/** What an anchor belongs to: the site or the ticket; a report without either has only itself. */
export const subjectKey = (subject: Subject, draft_id: string): string => subject.site_id ?? subject.ticket_id ?? draft_id;

export class Anchors {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** The newest one wins, because people walk; only what a person said (a plate, a pin) is not replaced by what the phone believes. */
  async put(subject: string, position: Position): Promise<void> {
    const at = this.#now();
    await this.#db.write(['meta'], async (tx) => {
      const valid = ((await getMeta(tx, 'anchors')) ?? []).filter((anchor) => Math.abs(at - anchor.at) < ANCHOR_MS);
      const said = valid.some((anchor) => anchor.subject === subject && anchor.position.source !== 'browser');
      if (said && position.source === 'browser') return;
      await putMeta(tx, 'anchors', [...valid.filter((anchor) => anchor.subject !== subject), { subject, position, at }]);
    });
  }

  async of(subject: string): Promise<Anchor | null> {
    const all = await this.#db.read(['meta'], (tx) => getMeta(tx, 'anchors'));
    // A clock that was set back must not make an old anchor last.
    return all?.find((anchor) => anchor.subject === subject && Math.abs(this.#now() - anchor.at) < ANCHOR_MS) ?? null;
  }
}

/** The ladder: a good fix of this moment, else what is known from the last half hour, else a poor fix, else nothing. */
export function bestPosition(fresh: Position | null, anchor: Position | null): Position | null {
  const good = fresh !== null && fresh.accuracy_m !== null && fresh.accuracy_m <= COARSE_M;
  return good ? fresh : (anchor ?? fresh);
}
