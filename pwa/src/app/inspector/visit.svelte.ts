// One visit being filled in: the draft in memory, written to the disk after every tap, and what the rules say about it.
// Screens call verbs (`pass`, `skip`, `passRest`); nothing else changes a draft.
import type { Answer, Arrival, Checklist, Draft, FileRow, FindingEntry, InspectionPayload, ItemView, Payloads, Position, Review, Site, VisitOutcome } from '@/core';
import { answerAt, give, newFinding, phrase, plainPass, sayAbsent, spotKey, takeBack, withoutInstance, type Ask, type Answers, type Skip } from '@/core/answers';
import { arrivalOf, betterArrival, farBy } from '@/core/arrival';
import { EMPTY_REVIEW, judge, review } from '@/core/checklist';
import { practiceSite } from '@/core/practice';
import { instanceName, instancesOf, isRepeat, mostInstances, nextNumber, stretches, type Stretch } from '@/core/groups';
import { core, place } from '@/app/shell/core.svelte';
import { keep } from './discard.svelte';
import { readLook, type Look } from './look';

export type VisitKind = 'inspection.submit' | 'inspection.correct';
export type SaveState = 'saved' | 'saving' | 'failed';
export type { Ask, Skip };


export class Visit {
  readonly id: string;
  readonly kind: VisitKind;
  /** Nothing of it is ever sent. */
  readonly practice: boolean;
  readonly site: Site | null;
  readonly checklist: Checklist | null;
  readonly stretches: readonly Stretch[];
  /** Photos of the visit that this one corrects: they still count. */
  readonly #earlier: readonly FileRow[];
  #payload: Payloads[VisitKind];
  readonly #far_m: number | undefined;
  #body = $state.raw<InspectionPayload>() as InspectionPayload;
  #photos = $state.raw<readonly FileRow[]>([]);
  #save = $state<SaveState>('saved');
  #saves = 0;
  /** Where the person stands; kept with the draft, never sealed. */
  #look = $state.raw<Look>() as Look;

  readonly review = $derived.by((): Review => (this.checklist ? review(this.checklist, this.#body, this.allPhotos, this.#look.begun) : EMPTY_REVIEW));
  readonly #views = $derived(indexed(this.review.items));
  readonly visible = $derived(this.review.items.filter((view) => view.visible));
  readonly answered = $derived(this.visible.filter((view) => view.answer !== null).length);
  readonly allPhotos = $derived.by(() => [...this.#earlier, ...this.#photos]);

  private constructor(draft: Draft<Payloads[VisitKind]>, kind: VisitKind, parts: { site: Site | null; checklist: Checklist | null; earlier: readonly FileRow[]; far_m: number | undefined }) {
    this.id = draft.id;
    this.kind = kind;
    this.practice = draft.subject.practice === true;
    this.#payload = draft.payload;
    this.#body = bodyOf(draft.payload);
    this.#look = readLook(draft.view);
    this.site = parts.site;
    this.checklist = parts.checklist;
    this.stretches = parts.checklist ? stretches(parts.checklist.body) : [];
    this.#earlier = parts.earlier;
    this.#far_m = parts.far_m;
  }

  static async load(id: string): Promise<Visit | null> {
    const fresh = await core().drafts.get(id, 'inspection.submit');
    const correction = fresh ? null : await core().drafts.get(id, 'inspection.correct');
    const draft = fresh ?? correction;
    if (!draft) return null;
    keep(id);
    const body = bodyOf(draft.payload);
    const [register, checklist, earlier, settings] = await Promise.all([
      core().sites.get(body.site_id),
      core().checklists.get(body.checklist_id),
      correction ? core().photos.ofVisit(correction.payload.inspection_id) : [],
      core().settings(),
    ]);
    const site = draft.subject.practice ? practiceSite(checklist?.site_kind ?? '', draft.subject.title) : register;
    const visit = new Visit(draft, fresh ? 'inspection.submit' : 'inspection.correct', { site, checklist, earlier, far_m: settings?.field.far_from_site_m });
    await visit.refreshPhotos();
    return visit;
  }

  get body(): InspectionPayload {
    return this.#body;
  }
  get saveState(): SaveState {
    return this.#save;
  }
  get title(): string {
    return this.site?.name ?? '';
  }
  get reason(): string {
    return 'reason' in this.#payload ? this.#payload.reason : '';
  }
  get look(): Look {
    return this.#look;
  }

  async refreshPhotos(): Promise<void> {
    this.#photos = await core().photos.of(this.id);
  }

  answerOf(ask: Ask): Answer | null {
    return this.viewOf(ask)?.answer ?? null;
  }

  viewOf({ item, instance }: Ask): ItemView | null {
    return this.#views.get(keyOf(item.code, instance)) ?? null;
  }

  photosOf(code: string | null, instance_key: string, role: FileRow['role']): readonly FileRow[] {
    return this.allPhotos.filter((file) => file.item_path === code && file.instance_key === instance_key && file.role === role);
  }

  /** What a stretch asks: once, or of each of its stalls (of none in particular while there is none). */
  asksOf(stretch: Stretch): readonly Ask[] {
    const instances = isRepeat(stretch.group) ? this.instancesOf(stretch) : [''];
    return (instances.length === 0 ? [''] : instances).flatMap((instance) => this.asksAt(stretch, instance));
  }

  asksAt(stretch: Stretch, instance: string): readonly Ask[] {
    return stretch.items.map((item) => ({ item, instance })).filter((ask) => this.viewOf(ask)?.visible === true);
  }

  // ------------------------------------------------------------ answers

  pass(ask: Ask): void {
    this.#give(ask, { result: 'pass', value: null, reason: null, findings: [] });
  }

  fail(ask: Ask): void {
    this.#give(ask, { result: 'fail', value: null, reason: null, findings: this.#findings(ask, null) });
  }

  /** A count, a score, the key of an option, a text: the rule says what it amounts to. Null takes the answer back. */
  value(ask: Ask, value: number | string | null): void {
    const result = judge(ask.item, value);
    if (result === null) return this.clear(ask);
    this.#give(ask, { result, value, reason: null, findings: result === 'fail' ? this.#findings(ask, value) : [] });
  }

  skip(ask: Ask, how: Skip, reason: string): void {
    this.#give(ask, { result: how, value: null, reason, findings: [] });
  }

  clear(ask: Ask): void {
    this.#answers(takeBack(this.#body.answers, ask));
  }

  finding(ask: Ask, finding_id: string, change: Partial<FindingEntry>): void {
    const answer = this.answerOf(ask);
    if (answer) this.#give(ask, { findings: answer.findings.map((one) => (one.finding_id === finding_id ? { ...one, ...change } : one)) });
  }

  /** One more place with the same fault; its photos and words are its own. */
  addFinding(ask: Ask, where: string): void {
    const answer = this.answerOf(ask);
    if (!answer) return;
    this.#give(ask, { findings: [...answer.findings, newFinding(crypto.randomUUID(), phrase(ask.item, answer.value), spotKey(answer, where))] });
  }

  async removeFinding(ask: Ask, finding: FindingEntry): Promise<void> {
    const answer = this.answerOf(ask);
    if (!answer) return;
    this.#give(ask, { findings: answer.findings.filter((one) => one.finding_id !== finding.finding_id) });
    const orphans = this.#photos.filter((file) => file.item_path === ask.item.code && file.instance_key === finding.instance_key);
    for (const file of orphans) await core().photos.remove(file.file_id);
  }

  /** Those that one look can pass: no number has to be invented for them. */
  restOf(asks: readonly Ask[]): readonly Ask[] {
    return asks.filter((ask) => !this.answerOf(ask) && plainPass(ask.item) !== undefined);
  }

  /** Gives back how many it passed, and the way back. */
  passRest(asks: readonly Ask[]): { readonly count: number; readonly undo: () => void } {
    const rest = this.restOf(asks);
    let answers: Answers = this.#body.answers;
    for (const ask of rest) answers = give(answers, ask, { result: 'pass', value: plainPass(ask.item) ?? null, reason: null, findings: [] });
    this.#answers(answers);
    const given = setOf(rest.map((ask) => answerAt(answers, ask)));
    // Only what still stands as it was passed: a change since then is somebody's own answer.
    return { count: rest.length, undo: () => this.#answers(this.#body.answers.filter((answer) => !given.has(answer))) };
  }

  // ------------------------------------------------------------ stalls and rooms

  /** In the order in which they were begun; also those that have no answer yet. */
  instancesOf(stretch: Stretch): readonly string[] {
    return [...setOf([...instancesOf(codesOf(stretch), this.#body.answers), ...(this.#look.begun[stretch.key] ?? [])])];
  }

  /** The one on the screen; null while there is none. */
  currentOf(stretch: Stretch): string | null {
    const all = this.instancesOf(stretch);
    const chosen = this.#look.current[stretch.key];
    return chosen !== undefined && all.includes(chosen) ? chosen : (all.at(-1) ?? null);
  }

  /** Switches to it; one that is not there yet is begun. Null = the next number. `false`: the name is none, or there are too many. */
  begin(stretch: Stretch, name: string | null): boolean {
    if (!isRepeat(stretch.group)) return false;
    const all = this.instancesOf(stretch);
    const instance = name === null ? nextNumber(all) : instanceName(name);
    if (instance === null) return false;
    if (!all.includes(instance)) {
      if (all.length >= mostInstances(stretch.group)) return false;
      const begun = { ...this.#look.begun, [stretch.key]: [...(this.#look.begun[stretch.key] ?? []), instance] };
      this.lookAt({ begun });
      // "There is none" no longer holds.
      this.#answers(withoutInstance(this.#body.answers, codesOf(stretch), ''));
    }
    this.lookAt({ current: { ...this.#look.current, [stretch.key]: instance } });
    return true;
  }

  /** Takes a stall out; the way back brings its answers as they were. Its photos stay until the way back is closed. */
  removeInstance(stretch: Stretch, instance: string): { readonly undo: () => void; readonly close: () => Promise<void> } {
    const codes = codesOf(stretch);
    const gone = this.#body.answers.filter((answer) => codes.has(answer.item) && answer.instance_key === instance);
    const begun = this.#look.begun[stretch.key] ?? [];
    const keys = setOf([instance, ...gone.flatMap((answer) => answer.findings.map((finding) => finding.instance_key))]);
    this.lookAt({ begun: { ...this.#look.begun, [stretch.key]: begun.filter((one) => one !== instance) } });
    this.#answers(withoutInstance(this.#body.answers, codes, instance));
    return {
      undo: () => {
        this.begin(stretch, instance);
        this.#answers([...withoutInstance(this.#body.answers, codes, instance), ...gone]);
      },
      close: async () => {
        if (this.instancesOf(stretch).includes(instance)) return;
        for (const file of this.#photos) {
          if (file.item_path !== null && codes.has(file.item_path) && keys.has(file.instance_key)) await core().photos.remove(file.file_id);
        }
      },
    };
  }

  /** "None here" or "cannot be seen", for the whole group. */
  absent(stretch: Stretch, how: Skip, reason: string): void {
    this.lookAt({ begun: { ...this.#look.begun, [stretch.key]: [] } });
    const asked = stretch.items.filter((item) => this.viewOf({ item, instance: '' })?.visible !== false);
    this.#answers(sayAbsent(this.#body.answers, asked, how, reason));
  }

  /** How the whole group was said to be absent; null when it was not. */
  absenceOf(stretch: Stretch): { readonly how: Skip; readonly reason: string } | null {
    if (!isRepeat(stretch.group) || this.instancesOf(stretch).length > 0) return null;
    const said = stretch.items.map((item) => this.answerOf({ item, instance: '' })).find((answer) => answer !== null);
    return said && (said.result === 'not_applicable' || said.result === 'not_observed') ? { how: said.result, reason: said.reason ?? '' } : null;
  }

  // ------------------------------------------------------------ the visit as a whole

  outcome(outcome: VisitOutcome): void {
    this.#set({ ...this.#body, outcome });
  }

  set(change: Partial<Pick<InspectionPayload, 'people_present' | 'note' | 'distance_reason'>>): void {
    this.#set({ ...this.#body, ...change });
  }

  setReason(reason: string): void {
    if ('reason' in this.#payload) this.#write({ ...this.#payload, reason });
  }

  /** Notes where the person is as soon as the phone knows it; a fix that says nothing gives way to one that does. */
  arrive(): void {
    const here = place();
    if (this.kind === 'inspection.submit' && !this.practice && here.kind === 'fixed' && betterArrival(this.#body.arrived, here.position)) this.arriveAt(here.position);
  }

  /** By a scanned plate or a pin, which a person says; serves the photos of this site for a while too. */
  arriveAt(position: Position): void {
    this.#set({ ...this.#body, arrived: position });
    void core()
      .aids()
      .then((aids) => aids?.anchors.put(this.#body.site_id, position))
      .catch(() => undefined);
  }

  get arrival(): Arrival {
    return arrivalOf(this.#body.arrived, this.site, this.#body.distance_reason);
  }

  /** Metres between the arrival and the registered position when that needs a word; else null. */
  get far(): number | null {
    return farBy(this.arrival, this.#far_m);
  }

  /** Where the person stands now; a page that dies opens there again. */
  lookAt(change: Partial<Look>): void {
    this.#look = { ...this.#look, ...change };
    core().drafts.look(this.id, this.#look);
  }

  /** The findings of an answer that fails: those it had, else a first one with the ready words. */
  #findings(ask: Ask, value: Answer['value']): readonly FindingEntry[] {
    const before = this.answerOf(ask);
    const kept = before?.result === 'fail' ? before.findings : [];
    return kept.length > 0 ? kept : [newFinding(crypto.randomUUID(), phrase(ask.item, value), ask.instance)];
  }

  #give(ask: Ask, change: Partial<Answer>): void {
    this.#answers(give(this.#body.answers, ask, change));
  }

  #answers(answers: Answers): void {
    this.#set({ ...this.#body, answers });
  }

  #set(body: InspectionPayload): void {
    this.#body = { ...body, arrival: arrivalOf(body.arrived, this.site, body.distance_reason) };
    this.#write('inspection' in this.#payload ? { ...this.#payload, inspection: this.#body } : this.#body);
  }

  #write(payload: Payloads[VisitKind]): void {
    this.#payload = payload;
    const turn = ++this.#saves;
    this.#save = 'saving';
    core()
      .drafts.save(this.id, payload)
      .then(
        () => turn === this.#saves && (this.#save = 'saved'),
        () => (this.#save = 'failed'),
      );
  }
}

const bodyOf = (payload: Payloads[VisitKind]): InspectionPayload => ('inspection' in payload ? payload.inspection : payload);
const keyOf = (code: string, instance: string): string => `${code}\n${instance}`;
const setOf = <T>(all: Iterable<T>): ReadonlySet<T> => new Set(all);
const codesOf = (stretch: Stretch): ReadonlySet<string> => setOf(stretch.items.map((item) => item.code));
const indexed = (views: readonly ItemView[]): ReadonlyMap<string, ItemView> => new Map(views.map((view) => [keyOf(view.item.code, view.instance_key), view]));

export function newVisit(site: Site, checklist: Checklist, round_id: string | null, outcome: VisitOutcome): InspectionPayload {
  return {
    inspection_id: crypto.randomUUID(),
    site_id: site.id,
    checklist_id: checklist.id,
    round_id,
    outcome,
    people_present: '',
    note: '',
    arrived: null,
    distance_reason: null,
    answers: [],
  };
}
