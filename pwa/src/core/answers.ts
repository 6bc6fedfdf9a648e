// What taps do to the answers of a visit. Pure: each function gives back new answers and changes nothing.
import { optionOf, type Answer } from './checklist';
import { INSTANCE_MAX } from './groups';
import type { FindingEntry } from './payloads';
import type { ChecklistItem } from './rows';

export type Answers = readonly Answer[];
export type Skip = 'not_applicable' | 'not_observed';

/** One question at one place: the item, and the stall or room where it is asked ('' when it is asked once). */
export interface Ask {
  readonly item: ChecklistItem;
  readonly instance: string;
}

export const answerAt = (answers: Answers, { item, instance }: Ask): Answer | null =>
  answers.find((answer) => answer.item === item.code && answer.instance_key === instance) ?? null;

/** The answer with this change; a first answer is made from nothing. */
export function give(answers: Answers, ask: Ask, change: Partial<Answer>): Answers {
  const before = answerAt(answers, ask);
  if (before) return answers.map((answer) => (answer === before ? { ...answer, ...change } : answer));
  return [...answers, { item: ask.item.code, instance_key: ask.instance, result: 'pass', value: null, reason: null, note: '', findings: [], ...change }];
}

export function takeBack(answers: Answers, { item, instance }: Ask): Answers {
  return answers.filter((answer) => answer.item !== item.code || answer.instance_key !== instance);
}

/** Without one stall. With '' the words "there is none" are taken back, as when the first stall is begun. */
export function withoutInstance(answers: Answers, codes: ReadonlySet<string>, instance: string): Answers {
  return answers.filter((answer) => !codes.has(answer.item) || answer.instance_key !== instance);
}

/** "There is none here", or "they cannot be seen": said once for each item of the group, and of no stall. */
export function sayAbsent(answers: Answers, items: readonly ChecklistItem[], how: Skip, reason: string): Answers {
  const codes = new Set(items.map((item) => item.code));
  let left: Answers = answers.filter((answer) => !codes.has(answer.item));
  for (const item of items) left = give(left, { item, instance: '' }, { result: how, value: null, reason, findings: [] });
  return left;
}

/** The ready words for a fault, in Chinese whatever the screen's language: tickets are read by townships. */
export function phrase(item: ChecklistItem, value: Answer['value']): string {
  const issue = item.default_issue_zh ?? item.zh;
  const option = optionOf(item, value);
  return option ? `${issue}：${option.zh}` : issue;
}

/** One-tap phrases for a fail, the likeliest first. */
export function phrases(item: ChecklistItem, value: Answer['value']): readonly string[] {
  return [...new Set([phrase(item, value), ...(item.reasons_zh ?? [])])];
}

/**
 * The value that says "nothing wrong here" without inventing a number: null for a plain pass, undefined when there is none. Of faults that
 * are counted, "nothing wrong" is none.
 */
export function plainPass(item: ChecklistItem): number | string | null | undefined {
  switch (item.answer) {
    case 'pass_fail':
      return null;
    case 'choice':
      return item.options?.find((option) => !option.fail)?.key;
    case 'count':
      return item.pass_rule?.op === '<=' ? 0 : undefined;
    case 'score':
    case 'text':
      return undefined;
  }
}

export const newFinding = (finding_id: string, title: string, instance_key: string): FindingEntry => ({
  finding_id,
  instance_key,
  title,
  note: '',
  fixed_on_spot: false,
  missing_photo_reason: null,
});

/** A key of its own for a further fault under the same answer: what the person called the spot, else its number. */
export function spotKey(answer: Answer, where: string): string {
  const taken = new Set(answer.findings.map((finding) => finding.instance_key));
  const at = (name: string): string => [...[answer.instance_key, name].filter(Boolean).join(' ')].slice(0, INSTANCE_MAX).join('');
  const name = where.trim().replace(/\s+/g, ' ');
  if (name !== '' && !taken.has(at(name))) return at(name);
  // The number stands where the name would be cut, so that each stays its own.
  for (let n = answer.findings.length + 1; ; n++) {
    const spot = `第${n}处`;
    const stall = [...answer.instance_key].slice(0, INSTANCE_MAX - spot.length - 1).join('');
    const key = [stall, spot].filter(Boolean).join(' ');
    if (!taken.has(key)) return key;
  }
}
