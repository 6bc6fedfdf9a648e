// A filled-in sheet being typed in: the same payload as a visit on a phone, kept as a draft after every key, judged by the same rules.
import type { Answer, Checklist, ChecklistItem, FileRow, FindingEntry, InspectionPayload, PaperSheet, Site, SubmitResult } from '@/core';
import { judge, optionOf, review, type Begun, type ItemView } from '@/core/checklist';
import { isRepeat, stretches, type Stretch } from '@/core/groups';
import { core } from '../shell/core.svelte';
import { codesOf, each } from './blocks';

/** One line of the form, in the order of the sheet. */
export interface Line {
  readonly id: string;
  readonly item: ChecklistItem;
  readonly instance_key: string;
  readonly view: ItemView;
}

export interface Part {
  readonly stretch: Stretch;
  /** Stalls or rooms in the order in which they were named; empty for what is asked once. */
  readonly instances: readonly string[];
  readonly lines: readonly Line[];
}

const WITHOUT_PHOTO = '纸质检查表，没有单独拍照';
export const NO_WORD = '表上没有写原因';
export const NOT_HERE = '这里没有';

export class SheetEntry {
  readonly id: string;
  readonly site: Site;
  readonly checklist: Checklist;
  #body = $state.raw<InspectionPayload>() as InspectionPayload;
  #files = $state.raw<readonly FileRow[]>([]);
  #begun = $state.raw<Begun>({});
  /** The disk refused the last key. */
  failed = $state(false);

  readonly review = $derived.by(() => review(this.checklist, this.#body, this.#files, this.#begun));
  readonly parts = $derived.by((): readonly Part[] => {
    const views = this.review.items.filter((view) => view.visible);
    return stretches(this.checklist.body).map((stretch): Part => {
      const own = views.filter((view) => stretch.items.includes(view.item));
      const repeats = isRepeat(stretch.group ?? undefined);
      const instances = repeats ? each([...own.map((view) => view.instance_key).filter(Boolean), ...(this.#begun[stretch.key] ?? [])]) : [];
      const line = (view: ItemView): Line => ({ id: lineId(view.item.code, view.instance_key), item: view.item, instance_key: view.instance_key, view });
      // Stall by stall, as the columns of the sheet.
      const lines = repeats
        ? instances.flatMap((key) => stretch.items.flatMap((item) => own.filter((view) => view.item === item && view.instance_key === key).map(line)))
        : stretch.items.flatMap((item) => own.filter((view) => view.item === item).map(line));
      return { stretch, instances, lines };
    });
  });
  readonly lines = $derived.by(() => this.parts.flatMap((part) => part.lines));

  constructor(id: string, site: Site, checklist: Checklist, body: InspectionPayload, files: readonly FileRow[]) {
    this.id = id;
    this.site = site;
    this.checklist = checklist;
    this.#body = body;
    this.#files = files;
  }

  get body(): InspectionPayload {
    return this.#body;
  }

  get sheet(): PaperSheet {
    return this.#body.paper ?? BLANK_SHEET;
  }

  /** Photos of the sheet itself. */
  get scans(): readonly FileRow[] {
    return this.#files.filter((file) => file.role === 'paper');
  }

  photosOf(code: string, instance_key: string): readonly FileRow[] {
    return this.#files.filter((file) => file.role === 'before' && file.item_path === code && file.instance_key === instance_key);
  }

  async refreshFiles(): Promise<void> {
    this.#files = await core().photos.of(this.id);
  }

  set(change: Partial<Pick<InspectionPayload, 'outcome' | 'people_present' | 'note'>>): void {
    this.#write({ ...this.#body, ...change });
  }

  setSheet(change: Partial<PaperSheet>): void {
    this.#write({ ...this.#body, paper: { ...this.sheet, ...change } });
  }

  // ------------------------------------------------------------ answers

  pass(line: Line): void {
    this.#give(line, { result: 'pass', value: null, reason: null, findings: [] });
  }

  fail(line: Line): void {
    this.#give(line, { result: 'fail', value: null, reason: null, findings: this.#findings(line, null) });
  }

  /** A number, an option's key or a text: the item's own rule says what it amounts to. */
  value(line: Line, value: number | string | null): void {
    const result = judge(line.item, value);
    if (result === null) return this.clear(line);
    this.#give(line, { result, value, reason: null, findings: result === 'fail' ? this.#findings(line, value) : [] });
  }

  skip(line: Line, result: 'not_applicable' | 'not_observed', reason: string): void {
    this.#give(line, { result, value: null, reason, findings: [] });
  }

  clear(line: Line): void {
    this.#write({ ...this.#body, answers: this.#body.answers.filter((answer) => !this.#is(answer, line)) });
  }

  /** What the sheet says about a fault. */
  word(line: Line, finding_id: string, note: string): void {
    const answer = line.view.answer;
    if (answer) this.#give(line, { findings: answer.findings.map((one) => (one.finding_id === finding_id ? { ...one, note } : one)) });
  }

  // ------------------------------------------------------------ stalls

  addInstance(part: Part, name: string): void {
    if (part.instances.includes(name)) return;
    const codes = codesOf(part.stretch.items);
    // "There is none" and a stall cannot both be true.
    this.#write({ ...this.#body, answers: this.#body.answers.filter((answer) => !(codes.has(answer.item) && answer.instance_key === '')) });
    this.#begun = { ...this.#begun, [part.stretch.key]: [...(this.#begun[part.stretch.key] ?? []), name] };
  }

  removeInstance(part: Part, name: string): void {
    const codes = codesOf(part.stretch.items);
    this.#begun = { ...this.#begun, [part.stretch.key]: (this.#begun[part.stretch.key] ?? []).filter((one) => one !== name) };
    this.#write({ ...this.#body, answers: this.#body.answers.filter((answer) => !(codes.has(answer.item) && answer.instance_key === name)) });
  }

  /** The sheet says that there are no stalls at all. */
  absent(part: Part): void {
    const codes = codesOf(part.stretch.items);
    this.#begun = { ...this.#begun, [part.stretch.key]: [] };
    const rest = this.#body.answers.filter((answer) => !codes.has(answer.item));
    const none = part.stretch.items.map((item): Answer => ({ ...blank(item.code, ''), result: 'not_applicable', reason: NOT_HERE }));
    this.#write({ ...this.#body, answers: [...rest, ...none] });
  }

  isAbsent(part: Part): boolean {
    return part.instances.length === 0 && part.stretch.items.every((item) => this.#body.answers.some((answer) => answer.item === item.code && answer.instance_key === ''));
  }

  // ------------------------------------------------------------ sealing

  async submit(): Promise<SubmitResult> {
    await core().flush();
    return core().submit(this.id);
  }

  #is(answer: Answer, line: Line): boolean {
    return answer.item === line.item.code && answer.instance_key === line.instance_key;
  }

  /** Kept when the fault stays a fault; else one with the item's ready words. */
  #findings(line: Line, value: Answer['value']): readonly FindingEntry[] {
    const kept = line.view.answer?.result === 'fail' ? line.view.answer.findings : [];
    const option = optionOf(line.item, value);
    const issue = line.item.default_issue_zh ?? line.item.zh;
    const title = option ? `${issue}：${option.zh}` : issue;
    if (kept.length > 0) return kept.map((finding) => ({ ...finding, title }));
    return [{ finding_id: crypto.randomUUID(), instance_key: line.instance_key, title, note: '', fixed_on_spot: false, missing_photo_reason: WITHOUT_PHOTO }];
  }

  #give(line: Line, change: Partial<Answer>): void {
    const before = this.#body.answers.find((answer) => this.#is(answer, line)) ?? blank(line.item.code, line.instance_key);
    this.#write({ ...this.#body, answers: [...this.#body.answers.filter((answer) => !this.#is(answer, line)), { ...before, ...change }] });
  }

  #write(body: InspectionPayload): void {
    this.#body = body;
    core()
      .drafts.save(this.id, body)
      .then(
        () => (this.failed = false),
        () => (this.failed = true),
      );
  }
}

export const lineId = (code: string, instance_key: string): string => `line-${code}-${instance_key}`;

const blank = (item: string, instance_key: string): Answer => ({ item, instance_key, result: 'pass', value: null, reason: null, note: '', findings: [] });

export const BLANK_SHEET: PaperSheet = { sheet_filled_at: '', filled_by: '', author: null, no_photo_reason: null };

/** Takes up the sheet begun for this site, or begins one. */
export async function openSheet(site: Site, checklist: Checklist): Promise<string> {
  const draft = await core().drafts.open('inspection.submit', { site_id: site.id, title: site.name, paper: true }, () => ({
    inspection_id: crypto.randomUUID(),
    site_id: site.id,
    checklist_id: checklist.id,
    round_id: null,
    outcome: 'inspected',
    people_present: '',
    note: '',
    arrived: null,
    distance_reason: null,
    answers: [],
    paper: BLANK_SHEET,
  }));
  return draft.id;
}

/** The code in what was typed or scanned: the code alone, or the link of a plate. */
export function codeIn(typed: string): string {
  const text = typed.trim();
  const link = /#\/s\/([^/?#\s]+)\s*$/.exec(text);
  return link?.[1] ? decodeURIComponent(link[1]) : text;
}
