// From a draft to sealed work, and on to the county's verdict. Loaded right after the start of the app, which does without it.
import type { Auth } from '../auth';
import { uuidv7 } from '../bytes';
import type { Review } from '../checklist';
import type { Clock } from '../clock';
import { NoSpace } from '../db';
import type { Emitter } from '../events';
import type { Host } from '../host';
import type { HandedIn, HandIns } from '../handin';
import type { Core, CoreEvents, FileThere, HandInResult, HandInThen, SubmitResult } from '../index';
import { readMeta } from '../meta';
import type { Draft, FileRow, Kind, Subject, Verdict } from '../model';
import type { InspectionPayload, Payloads } from '../payloads';
import type { SealContext, SealResult, Source } from '../seal';
import type { Present, Scope } from './scope';

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
  /** What may still be taken back is another list. */
  readonly handedIn: (list: readonly HandedIn[]) => void;
}

export class Submitting {
  readonly #parts: SubmittingParts;
  /** One for each person who was here since the tab began; loaded with the first thing handed in, or found so at the start. */
  readonly #handIns = new Map<Scope, Promise<HandIns>>();

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

  submit(draft_id: string): Promise<SubmitResult> {
    return this.#said(async () => {
      const scope = this.#parts.present.must();
      await scope.photosReady();
      const checked = await this.#checked(scope, draft_id);
      return checked.faults.length > 0 ? { kind: 'incomplete', review: checked } : this.#seal({ draft_id });
    });
  }

  /** What is looked at here and what is sealed from the disk are the same words, or nothing is sealed. */
  async #checked({ drafts }: Scope, draft_id: string): Promise<Review> {
    await drafts.must(draft_id);
    return this.review(draft_id);
  }

  run<K extends Kind>(kind: K, subject: Subject, payload: Payloads[K], there: readonly FileThere[] = []): Promise<SubmitResult> {
    return this.#said(() => {
      const now = this.#parts.host.now();
      const made = command(kind, subject, payload, now);
      return this.#seal({ command: made, ...(there.length > 0 ? { there: there.map((file) => rowOf(file, made.id, now)) } : {}) });
    });
  }

  // ---------------------------------------------------------------- handing in: ten seconds before the seal

  handIn(draft_id: string, then: HandInThen | null): Promise<HandInResult> {
    return this.#said(() => this.#handIn(draft_id, then));
  }

  async #handIn(draft_id: string, then: HandInThen | null): Promise<HandInResult> {
    const { host, clock, present } = this.#parts;
    const scope = present.must();
    const checked = await this.#checked(scope, draft_id);
    if (checked.faults.length > 0) return { kind: 'incomplete', review: checked };
    const context = await this.#context(scope);
    if (!context) return { kind: 'no_post' };
    const { obstacle } = await import('../seal');
    const over = await obstacle(context, draft_id);
    if (over?.kind === 'too_large') return over;
    const now = host.now();
    const intent = {
      post_id: context.author.post_id,
      made_at: new Date(now).toISOString(),
      clock: clock.read(),
      app_version: context.app_version,
      capture: context.capture,
      then: then && command(then.kind, then.subject, then.payload, now),
    };
    if (!(await (await this.#handInsOf(scope)).handIn(draft_id, intent))) throw new Error('nothing to hand in under this id');
    return { kind: 'handed_in', operation_id: draft_id, then_id: intent.then?.id ?? null };
  }

  async takeBack(draft_id: string): Promise<'taken_back' | 'sealed'> {
    return (await this.#handInsOf(this.#parts.present.must())).takeBack(draft_id);
  }

  async ended(draft_id: string): ReturnType<HandIns['ended']> {
    return (await this.#handInsOf(this.#parts.present.must())).ended(draft_id);
  }

  /** Seals at once whatever waits for a change of mind, of everybody who was here. */
  async hurry(): Promise<void> {
    await Promise.allSettled([...this.#handIns.values()].map(async (handIns) => (await handIns).hurry()));
  }

  /** Seals what was handed in by a tab that died before it could. */
  async recover(): Promise<void> {
    const { scope } = this.#parts.present;
    if (scope) await (await this.#handInsOf(scope)).recover();
  }

  #handInsOf(scope: Scope): Promise<HandIns> {
    const known = this.#handIns.get(scope);
    if (known) return known;
    const made = import('../handin').then(({ HandIns: Made }) => {
      const handIns: HandIns = new Made({
        db: scope.db,
        host: this.#parts.host,
        seal: async (id) => {
          // Taken before the tap and not on the disk yet: a photo belongs to what was handed in.
          await scope.photosReady();
          const intent = (await scope.db.read(['drafts'], (tx) => tx.objectStore('drafts').get(id)))?.intent;
          // The post of the tap counts, also when it has ended since. Without an intent nothing is sealed, so it matters to nobody.
          const context = await this.#context(scope, intent?.post_id ?? '');
          return context ? this.#sealed({ handed_in: id }, context) : { kind: 'gone' };
        },
        changed: () => {
          if (scope !== this.#parts.present.scope) return;
          this.#parts.handedIn(handIns.list);
        },
      });
      return handIns;
    });
    this.#handIns.set(scope, made);
    made.catch(() => this.#handIns.delete(scope));
    return made;
  }

  // ---------------------------------------------------------------- sealing

  async #seal(source: Source): Promise<SubmitResult> {
    const context = await this.#context(this.#parts.present.must());
    if (!context) return { kind: 'no_post' };
    const result = await this.#sealed(source, context);
    if (result.kind === 'gone') throw new Error('nothing to seal under this id');
    return result;
  }

  async #sealed(source: Source, context: SealContext): Promise<SealResult> {
    const { seal } = await import('../seal');
    const result = await seal(context, source);
    if (result.kind === 'sealed') this.#parts.sealed();
    return result;
  }

  /** A full phone, or one whose storage fails, is an answer: a screen must be able to say it. */
  async #said<T>(work: () => Promise<T>): Promise<T | { readonly kind: 'no_space' | 'failed' }> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NoSpace)) return { kind: 'failed' };
      this.#parts.full();
      return { kind: 'no_space' };
    }
  }

  /** `post`: the one that is known already; else the one that is held now. */
  async #context(scope: Scope, post?: string): Promise<SealContext | null> {
    const { host, auth, clock } = this.#parts;
    const post_id = post ?? (scope === this.#parts.present.scope ? auth.profile : await readMeta(scope.db, 'profile'))?.post_id;
    if (post_id === undefined || post_id === null) return null;
    // Another tab may have met the server since.
    const contact = await readMeta(scope.db, 'contact');
    if (contact && (clock.contact === null || contact.device_at > clock.contact.device_at)) clock.restore(contact);
    const author = { person_id: scope.person_id, post_id };
    return { db: scope.db, clock, now: host.now, app_version: host.appVersion, capture: host.capture, author, shape: (draft) => shape(scope, draft) };
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

/** Work that never was a form; plain data, so that IndexedDB and JSON both take it. */
function command(kind: Kind, subject: Subject, payload: unknown, now: number): Draft {
  return { id: uuidv7(now), kind, subject, payload: JSON.parse(JSON.stringify(payload)) as unknown, after: [], started_at: now, updated_at: now };
}

/** A file that lies with the county and never lay here: nothing of it is sent. */
function rowOf(file: FileThere, owner: string, now: number): FileRow {
  return { ...file, file_id: uuidv7(now), width: null, height: null, of_file_id: null, reencoded: false, heading: null, owner, stored_at: now, upload: 'stored' };
}

/** What of a draft is sealed: answers that other answers hide stay behind. */
async function shape({ working }: Scope, draft: Draft): Promise<unknown> {
  if (draft.kind !== 'inspection.submit' && draft.kind !== 'inspection.correct') return draft.payload;
  const payload = draft.payload as Payloads['inspection.submit' | 'inspection.correct'];
  const visit = 'inspection' in payload ? payload.inspection : payload;
  const checklist = await working.get('checklists', visit.checklist_id);
  if (!checklist) return payload;
  const { withoutHidden } = await import('../checklist');
  const left = withoutHidden(checklist, visit);
  return 'inspection' in payload ? { ...payload, inspection: left } : left;
}
