// The rules of a checklist, the same that the server runs again on arrival: which items show, what an answer means, what is still missing.
// Pure functions over plain data; a screen shows what they say and decides nothing itself.
import { holds, RuleError, type Value } from './logic';
import type { FileRow } from './model';
import type { AnswerPayload, InspectionPayload, Result } from './payloads';
import type { Checklist, ChecklistItem, ChecklistOption } from './rows';

export type Answer = AnswerPayload;

/** What keeps a visit from being submitted. `item_code` null = the visit as a whole. */
export interface Fault {
  readonly code: FaultCode;
  readonly item_code: string | null;
  readonly instance_key: string;
  /** `reason`: giving a reason in the answer's note lets it pass (the office then sees a flag). */
  readonly cure: 'answer' | 'photo_or_reason' | 'reason' | 'remove_photo';
}

export type FaultCode =
  | 'unanswered'
  | 'value_missing'
  | 'reason_missing'
  | 'not_applicable_forbidden'
  | 'photo_missing'
  | 'after_photo_missing'
  | 'photo_forbidden'
  | 'target_missing';

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

/** What an answer to this item amounts to; null while it is unanswered. */
export function judge(item: ChecklistItem, given: { value?: number; option?: string }): Result | null {
  switch (item.answer) {
    case 'choice': {
      const option = optionOf(item, given.option);
      return option ? (option.fail ? 'fail' : 'pass') : null;
    }
    case 'count':
    case 'score': {
      if (given.value === undefined || !Number.isFinite(given.value)) return null;
      return passes(item, given.value) ? 'pass' : 'fail';
    }
    case 'pass_fail':
    case 'text':
      return null;
  }
}

export function optionOf(item: ChecklistItem, key: string | undefined): ChecklistOption | null {
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

/** The answers as rules see them: one entry per item code (first instance), its result, value, option and text. */
export function ruleData(answers: readonly Answer[]): Value {
  const data: Record<string, Value> = {};
  for (const answer of answers) {
    if (Object.hasOwn(data, answer.item_code)) continue;
    data[answer.item_code] = {
      result: answer.result,
      value: answer.value ?? null,
      option: answer.option ?? null,
      text: answer.text ?? null,
    };
  }
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
  const items = checklist.items.flatMap((item) => views(item, visit.answers, photos, data));
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
  const given = answers.filter((answer) => answer.item_code === item.code);
  const visible = ask(item.visible_if, data);
  const required = visible && ask(item.required_if, data);
  const list: readonly (Answer | null)[] = given.length > 0 ? given : [null];
  return list.map((answer) => {
    const instance_key = answer?.instance_key ?? '';
    const own = photos.filter((photo) => photo.item_path === item.code && photo.instance_key === instance_key);
    return { item, instance_key, answer, visible, required, photos: own, faults: visible ? faults(item, answer, own, required) : [] };
  });
}

function faults(item: ChecklistItem, answer: Answer | null, photos: readonly FileRow[], required: boolean): Fault[] {
  const instance_key = answer?.instance_key ?? '';
  const fault = (code: FaultCode, cure: Fault['cure']): Fault => ({ code, cure, item_code: item.code, instance_key });
  if (!answer) return required ? [fault('unanswered', 'answer')] : [];
  const found: Fault[] = [];
  if (item.camera === 'forbidden' && photos.length > 0) found.push(fault('photo_forbidden', 'remove_photo'));
  switch (answer.result) {
    case 'not_observed':
      if (!said(answer.reason)) found.push(fault('reason_missing', 'reason'));
      return found;
    case 'not_applicable':
      if (!item.na_allowed) found.push(fault('not_applicable_forbidden', 'answer'));
      else if (!said(answer.reason)) found.push(fault('reason_missing', 'reason'));
      return found;
    case 'pass':
    case 'fail':
      break;
  }
  if ((item.answer === 'count' || item.answer === 'score') && answer.value === undefined) found.push(fault('value_missing', 'answer'));
  if (item.answer === 'choice' && !optionOf(item, answer.option)) found.push(fault('value_missing', 'answer'));
  if (item.answer === 'text' && !said(answer.text)) found.push(fault('value_missing', 'answer'));
  if (answer.result === 'fail') {
    const before = photos.filter((photo) => photo.role !== 'after');
    if (item.photo_on_fail && item.camera !== 'forbidden' && before.length === 0 && !said(answer.reason)) {
      found.push(fault('photo_missing', 'photo_or_reason'));
    }
    if (answer.fixed_on_spot && !photos.some((photo) => photo.role === 'after')) found.push(fault('after_photo_missing', 'photo_or_reason'));
  }
  return found;
}

const said = (text: string | undefined): boolean => text !== undefined && text.trim() !== '';
