// One visit being filled in: the draft in memory, written to the disk after every tap, and what the rules say about it.
// Screens call verbs (`answer`, `skip`, `passRest`); nothing else changes a draft.
import type { Answer, Checklist, ChecklistItem, FileRow, FindingEntry, InspectionPayload, Payloads, Review, Site, VisitOutcome } from '@/core';
import { EMPTY_REVIEW, judge, optionOf, review } from '@/core/checklist';
import { distanceM } from '@/core/geo';
import { core, place } from '@/app/shell/core.svelte';

export type VisitKind = 'inspection.submit' | 'inspection.correct';
export type SaveState = 'saved' | 'saving' | 'failed';
export type Skip = 'not_applicable' | 'not_observed';

/** Further away than this asks for a reason and never blocks (pwa.md 5.1). */
const FAR_M = 150;
/** Items of one stretch of looking, where the checklist names no groups. */
const GROUP = 5;

export class Visit {
  readonly id: string;
  readonly kind: VisitKind;
  readonly site: Site | null;
  readonly checklist: Checklist | null;
  /** Photos of the visit that this one corrects: they still count. */
  readonly #earlier: readonly FileRow[];
  #payload: Payloads[VisitKind];
  #body = $state.raw<InspectionPayload>() as InspectionPayload;
  #photos = $state.raw<readonly FileRow[]>([]);
  #save = $state<SaveState>('saved');
  #saves = 0;

  readonly review = $derived.by((): Review => (this.checklist ? review(this.checklist, this.#body, this.allPhotos) : EMPTY_REVIEW));
  readonly visible = $derived(this.review.items.filter((view) => view.visible));
  readonly answered = $derived(this.visible.filter((view) => view.answer !== null).length);
  readonly allPhotos = $derived.by(() => [...this.#earlier, ...this.#photos]);
  readonly groups = $derived.by(() => {
    const items = this.visible.map((view) => view.item).filter((item, i, all) => all.indexOf(item) === i);
    const groups: { key: string; name: string | null; from: number; items: ChecklistItem[] }[] = [];
    for (const [i, item] of items.entries()) {
      const last = groups.at(-1);
      const fits = last && (item.group === undefined ? last.name === null && last.items.length < GROUP : last.name === item.group);
      if (fits) last.items.push(item);
      else groups.push({ key: item.code, name: item.group ?? null, from: i + 1, items: [item] });
    }
    return groups;
  });

  private constructor(id: string, kind: VisitKind, payload: Payloads[VisitKind], parts: { site: Site | null; checklist: Checklist | null; earlier: readonly FileRow[] }) {
    this.id = id;
    this.kind = kind;
    this.#payload = payload;
    this.#body = bodyOf(payload);
    this.site = parts.site;
    this.checklist = parts.checklist;
    this.#earlier = parts.earlier;
  }

  static async load(id: string): Promise<Visit | null> {
    const fresh = await core().drafts.get(id, 'inspection.submit');
    const correction = fresh ? null : await core().drafts.get(id, 'inspection.correct');
    const draft = fresh ?? correction;
    if (!draft) return null;
    const body = bodyOf(draft.payload);
    const [site, checklist, earlier] = await Promise.all([
      core().sites.get(body.site_id),
      core().checklists.get(body.checklist_id),
      correction ? core().photos.ofVisit(correction.payload.inspection_id) : [],
    ]);
    const visit = new Visit(id, fresh ? 'inspection.submit' : 'inspection.correct', draft.payload, { site, checklist, earlier });
    await visit.refreshPhotos();
    return visit;
  }

  get body(): InspectionPayload {
    return this.#body;
  }
  get photos(): readonly FileRow[] {
    return this.#photos;
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

  async refreshPhotos(): Promise<void> {
    this.#photos = await core().photos.of(this.id);
  }

  answerOf(code: string): Answer | null {
    return this.#body.answers.find((answer) => answer.item === code) ?? null;
  }

  photosOf(code: string | null, instance_key: string, role: FileRow['role']): readonly FileRow[] {
    return this.allPhotos.filter((file) => file.item_path === code && file.instance_key === instance_key && file.role === role);
  }

  // ------------------------------------------------------------ verbs

  pass(item: ChecklistItem): void {
    this.#give(item, { result: 'pass', value: null, reason: null, findings: [] });
  }

  fail(item: ChecklistItem): void {
    const before = this.answerOf(item.code);
    const kept = before?.result === 'fail' ? before.findings : [];
    this.#give(item, { result: 'fail', value: null, reason: null, findings: kept.length > 0 ? kept : [newFinding(phrase(item, null))] });
  }

  /** A count, a score, the key of an option, a text: the rule says what it amounts to. Null takes the answer back. */
  value(item: ChecklistItem, value: number | string | null): void {
    const result = judge(item, value);
    if (result === null) return this.clear(item);
    const before = this.answerOf(item.code);
    const kept = before?.result === 'fail' ? before.findings : [];
    const first = newFinding(phrase(item, value));
    const findings = result === 'fail' ? (kept.length > 0 ? kept : [first]) : [];
    this.#give(item, { result, value, reason: null, findings });
  }

  skip(item: ChecklistItem, how: Skip, reason: string): void {
    this.#give(item, { result: how, value: null, reason, findings: [] });
  }

  clear(item: ChecklistItem): void {
    this.#set({ ...this.#body, answers: this.#body.answers.filter((answer) => answer.item !== item.code) });
  }

  note(item: ChecklistItem, note: string): void {
    this.#give(item, { note });
  }

  finding(item: ChecklistItem, finding_id: string, change: Partial<FindingEntry>): void {
    const answer = this.answerOf(item.code);
    if (answer) this.#give(item, { findings: answer.findings.map((one) => (one.finding_id === finding_id ? { ...one, ...change } : one)) });
  }

  addFinding(item: ChecklistItem, instance_key: string): void {
    const answer = this.answerOf(item.code);
    if (!answer || answer.findings.some((one) => one.instance_key === instance_key)) return;
    this.#give(item, { findings: [...answer.findings, newFinding(phrase(item, answer.value), instance_key)] });
  }

  async removeFinding(item: ChecklistItem, finding: FindingEntry): Promise<void> {
    const answer = this.answerOf(item.code);
    if (!answer) return;
    this.#give(item, { findings: answer.findings.filter((one) => one !== finding) });
    const orphans = this.#photos.filter((file) => file.item_path === item.code && file.instance_key === finding.instance_key);
    for (const file of orphans) await core().photos.remove(file.file_id);
  }

  /** Those of the group that one look can pass: no number has to be invented for them. */
  restOf(items: readonly ChecklistItem[]): readonly ChecklistItem[] {
    return items.filter((item) => !this.answerOf(item.code) && plainPass(item) !== undefined);
  }

  passRest(items: readonly ChecklistItem[]): number {
    const rest = this.restOf(items);
    for (const item of rest) {
      const value = plainPass(item) ?? null;
      if (value === null) this.pass(item);
      else this.value(item, value);
    }
    return rest.length;
  }

  outcome(outcome: VisitOutcome): void {
    this.#set({ ...this.#body, outcome });
  }

  set(change: Partial<Pick<InspectionPayload, 'people_present' | 'note' | 'distance_reason'>>): void {
    this.#set({ ...this.#body, ...change });
  }

  setReason(reason: string): void {
    if ('reason' in this.#payload) this.#write({ ...this.#payload, reason });
  }

  /** Notes where the person is, once, as soon as the phone knows it. */
  arrive(): void {
    const here = place();
    if (this.#body.arrived === null && this.kind === 'inspection.submit' && here.kind === 'fixed') this.#set({ ...this.#body, arrived: here.position });
  }

  /** Metres between the arrival and the registered position when that needs a word; else null. */
  get far(): number | null {
    const { arrived } = this.#body;
    if (!arrived || !this.site || this.site.lon === null || this.site.lat === null) return null;
    const metres = distanceM(arrived, { lon: this.site.lon, lat: this.site.lat });
    return metres - (arrived.accuracy_m ?? 0) > FAR_M ? metres : null;
  }

  #give(item: ChecklistItem, change: Partial<Answer>): void {
    const before = this.answerOf(item.code) ?? { item: item.code, instance_key: '', result: 'pass', value: null, reason: null, note: '', findings: [] };
    const answer: Answer = { ...before, ...change };
    const known = this.#body.answers.some((one) => one.item === item.code);
    const answers = known ? this.#body.answers.map((one) => (one.item === item.code ? answer : one)) : [...this.#body.answers, answer];
    this.#set({ ...this.#body, answers });
  }

  #set(body: InspectionPayload): void {
    this.#body = body;
    this.#write('inspection' in this.#payload ? { ...this.#payload, inspection: body } : body);
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

const newFinding = (title: string, instance_key = ''): FindingEntry => ({
  finding_id: crypto.randomUUID(),
  instance_key,
  title,
  note: '',
  fixed_on_spot: false,
  missing_photo_reason: null,
});

/** The ready words for a fault, in Chinese whatever the screen's language: tickets are read by townships. */
export function phrase(item: ChecklistItem, value: Answer['value']): string {
  const issue = item.default_issue_zh ?? item.zh;
  const option = optionOf(item, value);
  return option ? `${issue}：${option.zh}` : issue;
}

/** The value that says "nothing wrong here" without inventing a number: null for a plain pass, undefined when there is none. */
export function plainPass(item: ChecklistItem): number | string | null | undefined {
  switch (item.answer) {
    case 'pass_fail':
      return null;
    case 'choice':
      return item.options?.find((option) => !option.fail)?.key;
    case 'count':
      return item.pass_rule?.op === '<=' && item.pass_rule.value === 0 ? 0 : undefined;
    case 'score':
    case 'text':
      return undefined;
  }
}

export function newVisit(site: Site, checklist: Checklist, round_id: string | null, outcome: VisitOutcome): InspectionPayload {
  const here = place();
  return {
    inspection_id: crypto.randomUUID(),
    site_id: site.id,
    checklist_id: checklist.id,
    round_id,
    outcome,
    people_present: '',
    note: '',
    arrived: here.kind === 'fixed' ? here.position : null,
    distance_reason: null,
    answers: [],
  };
}
