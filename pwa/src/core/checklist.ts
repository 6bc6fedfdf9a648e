// The rules of a checklist, the same that the server runs again on arrival: which items show, what an answer means, what is still missing.
// Pure functions over plain data; a screen shows what they say and decides nothing itself.
import { holds, RuleError, type Value } from './logic';
import type { FileRow } from './model';
import type { AnswerPayload, FindingEntry, InspectionPayload, Result } from './payloads';
import type { Checklist, ChecklistItem, ChecklistOption } from './rows';

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
}

export const EMPTY_REVIEW: Review = { items: [], faults: [], failed: 0, passed: 0, not_observed: 0, score: null };

/**
 * What this value means for this item: a choice by its option, a count or score by its rule. Null for kinds whose result the person gives
 * (pass_fail), for text (always a pass once written) and while the value is missing.
 */
export function judge(item: ChecklistItem, value: AnswerPayload['value']): Result | null {
  switch (item.answer) {
    case 'choice': {
      const option = optionOf(item, value);
      return option ? (option.fail ? 'fail' : 'pass') : null;
    }
    case 'count':
    case 'score':
      return typeof value === 'number' && Number.isFinite(value) ? (passes(item, value) ? 'pass' : 'fail') : null;
    case 'text':
      return typeof value === 'string' && said(value) ? 'pass' : null;
    case 'pass_fail':
      return null;
  }
}

export function optionOf(item: ChecklistItem, key: AnswerPayload['value']): ChecklistOption | null {
  return item.options?.find((option) => option.key === key) ?? null;
}

function passes(item: ChecklistItem, value: number): boolean {
  const rule = item.pass_rule;
  if (!rule) return true;
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

/** The answers as rules see them: by item code (first instance), its result and value. */
export function ruleData(answers: readonly Answer[]): Value {
  const data: Record<string, Value> = {};
  for (const { item, result, value } of answers) if (!Object.hasOwn(data, item)) data[item] = { result, value };
  return data;
}

/** A rule that cannot be read shows the item: asking once too often is safer than hiding a question. */
function ask(rule: unknown, data: Value): boolean {
  if (rule === undefined || rule === null) return true;
  try {
    return holds(rule, data);
  } catch (error) {
    if (error instanceof RuleError) return true;
    throw error;
  }
}

export function review(checklist: Checklist, visit: InspectionPayload, photos: readonly FileRow[]): Review {
  // A visit that found a locked gate has nothing to answer.
  if (visit.outcome !== 'inspected') return EMPTY_REVIEW;
  const data = ruleData(visit.answers);
  const items = checklist.body.items.flatMap((item) => views(item, visit.answers, photos, data));
  const seen = items.filter((view) => view.visible);
  const judged = seen.filter((view) => view.answer?.result === 'pass' || view.answer?.result === 'fail');
  const weight = (list: readonly ItemView[]): number => list.reduce((sum, view) => sum + view.item.weight, 0);
  const met = judged.filter((view) => view.answer?.result === 'pass');
  return {
    items,
    faults: seen.flatMap((view) => view.faults),
    failed: judged.length - met.length,
    passed: met.length,
    not_observed: seen.filter((view) => view.answer?.result === 'not_observed').length,
    score: judged.length > 0 && weight(judged) > 0 ? (weight(met) / weight(judged)) * 100 : null,
  };
}

function views(item: ChecklistItem, answers: readonly Answer[], photos: readonly FileRow[], data: Value): ItemView[] {
  const given = answers.filter((answer) => answer.item === item.code);
  const visible = ask(item.visible_if, data);
  const required = visible && ask(item.required_if, data);
  const own = photos.filter((photo) => photo.item_path === item.code);
  const list: readonly (Answer | null)[] = given.length > 0 ? given : [null];
  return list.map((answer) => ({
    item,
    instance_key: answer?.instance_key ?? '',
    answer,
    visible,
    required,
    photos: own.filter((photo) => answer === null || keysOf(answer).has(photo.instance_key)),
    faults: visible ? faults(item, answer, own, required) : [],
  }));
}

/** Instances that photos of this answer may name: the answer's own and those of its findings. */
const keysOf = (answer: Answer): Set<string> => new Set([answer.instance_key, ...answer.findings.map((finding) => finding.instance_key)]);

function faults(item: ChecklistItem, answer: Answer | null, photos: readonly FileRow[], required: boolean): Fault[] {
  const fault = (code: FaultCode, cure: Fault['cure'], instance_key = answer?.instance_key ?? ''): Fault => ({
    code,
    cure,
    item_code: item.code,
    instance_key,
  });
  if (!answer) return required ? [fault('unanswered', 'answer')] : [];
  const found: Fault[] = [];
  if (item.camera === 'forbidden' && photos.length > 0) found.push(fault('photo_forbidden', 'remove_photo'));
  switch (answer.result) {
    case 'not_observed':
      if (!said(answer.reason)) found.push(fault('reason_missing', 'reason'));
      return found;
    case 'not_applicable':
      if (item.na_allowed !== true) found.push(fault('not_applicable_forbidden', 'answer'));
      else if (!said(answer.reason)) found.push(fault('reason_missing', 'reason'));
      return found;
    case 'pass':
    case 'fail':
      break;
  }
  if (item.answer !== 'pass_fail' && judge(item, answer.value) === null) found.push(fault('value_missing', 'answer'));
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
