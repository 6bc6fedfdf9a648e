// From a draft to sealed work, and on to the county's verdict. The rules and the sealing load when they are first needed, not with the app.
import type { Auth } from '../auth';
import { uuidv7 } from '../bytes';
import type { Review } from '../checklist';
import type { Clock } from '../clock';
import { NoSpace } from '../db';
import type { Emitter } from '../events';
import type { Host } from '../host';
import type { Core, CoreEvents, SubmitResult } from '../index';
import { readMeta } from '../meta';
import type { Draft, Kind, Subject, Verdict } from '../model';
import type { InspectionPayload, Payloads } from '../payloads';
import type { Source } from '../seal';
import type { Present } from './scope';

export interface SubmittingParts {
  readonly host: Host;
  readonly events: Emitter<CoreEvents>;
  readonly present: Present;
  readonly auth: Auth;
  readonly clock: Clock;
  readonly photos: Core['photos'];
  /** Something was sealed: told to every tab, and sent. */
  readonly sealed: () => void;
  readonly full: () => void;
}

export class Submitting {
  readonly #parts: SubmittingParts;

  constructor(parts: SubmittingParts) {
    this.#parts = parts;
  }

  async review(draft_id: string): Promise<Review> {
    // The rules come with the first visit that is opened, not with the start of the app.
    const { EMPTY_REVIEW, review } = await import('../checklist');
    const { db, drafts, photos, working } = this.#parts.present.must();
    const draft = await db.read(['drafts'], (tx) => tx.objectStore('drafts').get(draft_id));
    if (draft?.kind !== 'inspection.submit' && draft?.kind !== 'inspection.correct') return EMPTY_REVIEW;
    const payload = (await drafts.get(draft_id, draft.kind))?.payload;
    if (!payload) return EMPTY_REVIEW;
    const visit: InspectionPayload = 'inspection' in payload ? payload.inspection : payload;
    const checklist = await working.get('checklists', visit.checklist_id);
    const earlier = draft.kind === 'inspection.correct' ? await this.#parts.photos.ofVisit(visit.inspection_id) : [];
    return checklist ? review(checklist, visit, [...earlier, ...(await (await photos()).of(draft_id))]) : EMPTY_REVIEW;
  }

  async submit(draft_id: string): Promise<SubmitResult> {
    await this.#parts.present.must().drafts.flush();
    const checked = await this.review(draft_id);
    if (checked.faults.length > 0) return { kind: 'incomplete', review: checked };
    return this.#seal({ draft_id });
  }

  run<K extends Kind>(kind: K, subject: Subject, payload: Payloads[K]): Promise<SubmitResult> {
    const now = this.#parts.host.now();
    const command: Draft = {
      id: uuidv7(now),
      kind,
      subject,
      payload: JSON.parse(JSON.stringify(payload)) as unknown,
      after: [],
      started_at: now,
      updated_at: now,
    };
    return this.#seal({ command });
  }

  async #seal(source: Source): Promise<SubmitResult> {
    const { host, auth, clock, present } = this.#parts;
    const scope = present.must();
    const post_id = auth.profile?.post_id;
    if (!post_id) return { kind: 'no_post' };
    // Another tab may have met the server since.
    const contact = await readMeta(scope.db, 'contact');
    if (contact && (clock.contact === null || contact.device_at > clock.contact.device_at)) clock.restore(contact);
    try {
      const { seal } = await import('../seal');
      const author = { person_id: scope.person_id, post_id };
      const result = await seal({ db: scope.db, clock, now: host.now, app_version: host.appVersion, capture: host.capture, author }, source);
      if (result.kind === 'gone') throw new Error('nothing to seal under this id');
      if (result.kind === 'sealed') this.#parts.sealed();
      return result;
    } catch (error) {
      if (!(error instanceof NoSpace)) throw error;
      this.#parts.full();
      return { kind: 'no_space' };
    }
  }

  settled(operation_id: string, timeout_ms = 15_000): Promise<Verdict> {
    const { host, events, present } = this.#parts;
    const { db } = present.must();
    return new Promise((resolve, reject) => {
      const stop = new AbortController();
      const look = async (last: boolean): Promise<void> => {
        const row = await db.read(['operations'], (tx) => tx.objectStore('operations').get(operation_id));
        const verdict: Verdict = row?.verdict ?? { kind: 'unknown' };
        if (verdict.kind === 'unknown' && !last) return;
        undo();
        stop.abort();
        resolve(verdict);
      };
      const undo = events.on('changed', (nouns) => {
        if (nouns.has('work')) look(false).catch(reject);
      });
      look(false).catch(reject);
      void host.sleep(timeout_ms, stop.signal).then(() => (stop.signal.aborted ? undefined : look(true).catch(reject)));
    });
  }
}
