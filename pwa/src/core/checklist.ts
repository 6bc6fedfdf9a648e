// The rules of a checklist, the same that the server runs again on arrival: which items show, what an answer means, what is still missing.
// Pure functions over plain data; a screen shows what they say and decides nothing itself.
import { instancesOf } from './groups';
import { holds } from './logic';
import type { FileRow } from './model';
import type { AnswerPayload, FindingEntry, InspectionPayload, Result } from './payloads';
import { hiddenAnswers, planOf, Sight, type Asked } from './plan';
import type { Checklist, ChecklistItem, ChecklistOption } from './rows';

export { ruleData } from './plan';
export type Answer = AnswerPayload;

/** What keeps a visit from being submitted. `item_code` null = the visit as a whole. */
export interface Fault {
  readonly code: FaultCode;
  readonly item_code: string | null;
  readonly instance_key: string;
  /** What puts it right. `photo_or_reason`: a photo, or the finding's `missing_photo_reason` (the office then sees a flag). */
  readonly cure: 'answer' | 'photo' | 'photo_or_reason' | 'reason' | 'remove_photo';
}

export type FaultCode =
  | 'unanswered'
  | 'value_missing'
  | 'reason_missing'
  /** A stall's question was answered without saying which stall. */
  | 'instance_missing'
  | 'not_applicable_forbidden'
  | 'finding_missing'
  | 'photo_missing'
  | 'after_photo_missing'
  | 'photo_forbidden';

export interface ItemView {
  readonly item: ChecklistItem;
  readonly instance_key: string;
  readonly answer: Answer | null;
  readonly visible: boolean;
  readonly required: boolean;
  readonly photos: readonly FileRow[];
  readonly faults: readonly Fault[];
}

export interface Review {
  readonly items: readonly ItemView[];
  readonly faults: readonly Fault[];
  readonly failed: number;
  readonly passed: number;
  readonly not_observed: number;
  /** Points out of 100 over what applied and was seen; null when nothing did. */
  readonly score: number | null;
  /** Answers given earlier that later answers hide: they are not sealed. */
  readonly hidden: number;
}

export const EMPTY_REVIEW: Review = { items: [], faults: [], failed: 0, passed: 0, not_observed: 0, score: null, hidden: 0 };

/**
 * What this value means for this item: a choice by its option, a count or score by its rule, a text is a pass once written. Null where the
 * person says the result (pass_fail, a count without a rule) and while the value is missing or unfit.
 */
export function judge(item: ChecklistItem, value: AnswerPayload['value']): Result | null {
  if (!fits(item, value)) return null;
  switch (item.answer) {
    case 'choice':
      return optionOf(item, value)?.fail === true ? 'fail' : 'pass';
    case 'count':
    case 'score':
      return item.pass_rule ? (passes(item.pass_rule, Number(value)) ? 'pass' : 'fail') : null;
    case 'text':
      return 'pass';
    case 'pass_fail':
      return null;
  }
}

/** Whether the value is of the item's kind; a plain pass or fail needs none. */
function fits(item: ChecklistItem, value: AnswerPayload['value']): boolean {
  switch (item.answer) {
    case 'choice':
      return optionOf(item, value) !== null;
    case 'count':
      return Number.isSafeInteger(value) && Number(value) >= 0;
    case 'score':
      return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= (item.max_score ?? Infinity);
    case 'text':
      return typeof value === 'string' && said(value);
    case 'pass_fail':
      return true;
  }
}

export function optionOf(item: ChecklistItem, key: AnswerPayload['value']): ChecklistOption | null {
  return item.options?.find((option) => option.key === key) ?? null;
}

function passes(rule: NonNullable<ChecklistItem['pass_rule']>, value: number): boolean {
  switch (rule.op) {
    case '>=':
      return value >= rule.value;
    case '<=':
      return value <= rule.value;
    case '>':
      return value > rule.value;
    case '<':
      return value < rule.value;
    case '==':
      return value === rule.value;
    case '!=':
      return value !== rule.value;
  }
}

/** The visit as it is sealed: without the answers that the other answers hide. */
export function withoutHidden(checklist: Checklist, visit: InspectionPayload): InspectionPayload {
  const hidden = hiddenAnswers(planOf(checklist), checklist.body.items, visit.answers);
  return hidden.size === 0 ? visit : { ...visit, answers: visit.answers.filter((answer) => !hidden.has(answer)) };
}

/** Highest score with a critical fail of a thing that stays (domain.md 5). */
const GATE = 69;

/** Instances that were begun on the screen and have no answer yet, by key of their group. */
export type Begun = Readonly<Record<string, readonly string[]>>;

export function review(checklist: Checklist, visit: InspectionPayload, photos: readonly FileRow[], begun: Begun = {}): Review {
  // A visit that found a locked gate has nothing to answer.
  if (visit.outcome !== 'inspected') return EMPTY_REVIEW;
  const plan = planOf(checklist);
  const hidden = hiddenAnswers(plan, checklist.body.items, visit.answers);
  const answers = visit.answers.filter((answer) => !hidden.has(answer));
  const sight = new Sight(plan, checklist.body.items, answers);
  const given = grouped(answers, (answer) => answer.item);
  // A voice note or a drawing is no photo: where none may be taken they are still welcome, and they prove nothing.
  const pictures = grouped(photos.filter((photo) => photo.role !== 'voice' && photo.role !== 'annotation'), (photo) => photo.item_path ?? '');
  const instances = new Map([...plan.codes].map(([key, codes]) => [key, new Set([...instancesOf(codes, answers), ...(begun[key] ?? [])])]));
  const items = plan.items.flatMap((asked) => {
    const { code } = asked.item;
    return views(asked, given.get(code) ?? [], pictures.get(code) ?? [], sight, instances.get(asked.repeat?.key ?? '') ?? NO_INSTANCES);
  });
  const seen = items.filter((view) => view.visible);
  const count = (result: Result): number => seen.filter((view) => view.answer?.result === result).length;
  return {
    items,
    faults: seen.flatMap((view) => view.faults),
    failed: count('fail'),
    passed: count('pass'),
    not_observed: count('not_observed'),
    score: score(seen),
    hidden: hidden.size,
  };
}

const NO_INSTANCES: ReadonlySet<string> = new Set();

function grouped<T>(all: readonly T[], by: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const group = found.get(by(one));
    if (group) group.push(one);
    else found.set(by(one), [one]);
  }
  return found;
}

/** Points met out of the points that applied. An item asked of several stalls is met when none of them fails. */
function score(seen: readonly ItemView[]): number | null {
  const worst = new Map<ChecklistItem, 'pass' | 'fail'>();
  for (const { item, answer } of seen) {
    if (answer?.result === 'fail' || (answer?.result === 'pass' && !worst.has(item))) worst.set(item, answer.result);
  }
  let met = 0;
  let applicable = 0;
  for (const [item, result] of worst) {
    applicable += item.weight;
    if (result === 'pass') met += item.weight;
  }
  if (applicable === 0) return null;
  const points = (met / applicable) * 100;
  return seen.some(criticalStaticFail) ? Math.min(points, GATE) : points;
}

function criticalStaticFail({ item, answer }: ItemView): boolean {
  if (answer?.result !== 'fail') return false;
  const option = optionOf(item, answer.value);
  return (option?.static ?? item.static) === true && (option?.severity ?? item.severity) === 'critical';
}

function views(asked: Asked, given: readonly Answer[], photos: readonly FileRow[], sight: Sight, instances: ReadonlySet<string>): ItemView[] {
  const { item, repeat } = asked;
  return slots(asked, given, instances).map(({ instance_key, answer }) => {
    const data = sight.from(repeat, instance_key);
    const visible = asked.visible === null || holds(asked.visible, data);
    const required = visible && (asked.required === null ? item.answer !== 'text' : holds(asked.required, data));
    const own = repeat && answer ? photos.filter((photo) => keysOf(answer).has(photo.instance_key)) : photos;
    const absent = repeat !== null && instance_key === '' && instances.size === 0;
    return {
      item,
      instance_key,
      answer,
      visible,
      required,
      photos: own.filter((photo) => answer === null || keysOf(answer).has(photo.instance_key)),
      faults: visible ? [...(repeat && answer ? unnamed(answer, absent) : []), ...faults(item, answer, own, { required, absent, instance_key })] : [],
    };
  });
}

/** Where an answer is or should be: once per instance of a repeat group, once for the whole group when it is absent, else once. */
function slots({ repeat }: Asked, given: readonly Answer[], instances: ReadonlySet<string>): readonly { instance_key: string; answer: Answer | null }[] {
  const there = given.map((answer) => ({ instance_key: answer.instance_key, answer }));
  if (!repeat) return there.length > 0 ? there : [{ instance_key: '', answer: null }];
  const open = (instances.size === 0 ? [''] : [...instances]).filter((key) => !given.some((answer) => answer.instance_key === key));
  return [...there, ...open.map((instance_key) => ({ instance_key, answer: null }))];
}

/** In a repeat group only "there is none" is said without naming an instance. */
function unnamed(answer: Answer, absent: boolean): Fault[] {
  const skipped = answer.result === 'not_applicable' || answer.result === 'not_observed';
  if (answer.instance_key !== '' || (absent && skipped)) return [];
  return [{ code: 'instance_missing', cure: 'answer', item_code: answer.item, instance_key: '' }];
}

/** Instances that photos of this answer may name: the answer's own and those of its findings. */
const keysOf = (answer: Answer): Set<string> => new Set([answer.instance_key, ...answer.findings.map((finding) => finding.instance_key)]);

function faults(
  item: ChecklistItem,
  answer: Answer | null,
  photos: readonly FileRow[],
  { required, absent, instance_key: own }: { required: boolean; absent: boolean; instance_key: string },
): Fault[] {
  const fault = (code: FaultCode, cure: Fault['cure'], instance_key = own): Fault => ({
    code,
    cure,
    item_code: item.code,
    instance_key,
  });
  if (!answer) return required ? [fault('unanswered', 'answer')] : [];
  const found: Fault[] = [];
  if (item.camera === 'forbidden' && photos.some((photo) => photo.role !== 'voice')) found.push(fault('photo_forbidden', 'remove_photo'));
  switch (answer.result) {
    case 'not_observed':
      if (!said(answer.reason)) found.push(fault('reason_missing', 'reason'));
      return found;
    case 'not_applicable':
      if (item.na_allowed !== true && !absent) found.push(fault('not_applicable_forbidden', 'answer'));
      else if (!said(answer.reason)) found.push(fault('reason_missing', 'reason'));
      return found;
    case 'pass':
    case 'fail':
      break;
  }
  if (!fits(item, answer.value)) found.push(fault('value_missing', 'answer'));
  if (answer.result === 'fail') {
    if (answer.findings.length === 0) found.push(fault('finding_missing', 'answer'));
    for (const finding of answer.findings) found.push(...photoFaults(item, finding, photos, fault));
  }
  return found;
}

function photoFaults(
  item: ChecklistItem,
  finding: FindingEntry,
  photos: readonly FileRow[],
  fault: (code: FaultCode, cure: Fault['cure'], instance_key: string) => Fault,
): Fault[] {
  const own = photos.filter((photo) => photo.instance_key === finding.instance_key);
  const found: Fault[] = [];
  const needed = item.photo_on_fail === true && item.camera !== 'forbidden';
  if (needed && !own.some((photo) => photo.role === 'before') && !said(finding.missing_photo_reason)) {
    found.push(fault('photo_missing', 'photo_or_reason', finding.instance_key));
  }
  if (finding.fixed_on_spot && !own.some((photo) => photo.role === 'after')) {
    found.push(fault('after_photo_missing', 'photo', finding.instance_key));
  }
  return found;
}

const said = (text: string | null): boolean => text !== null && text.trim() !== '';
