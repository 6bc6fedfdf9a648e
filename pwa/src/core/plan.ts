// A checklist prepared for judging: its rules read once, what each of them sees, and which answers the others hide.
import { repeatGroups, type RepeatGroup } from './groups';
import { holds, readRule, RuleError, type Rule, type Value } from './logic';
import type { AnswerPayload } from './payloads';
import type { Checklist, ChecklistItem } from './rows';

/** An item with what decides whether it is asked. */
export interface Asked {
  readonly item: ChecklistItem;
  readonly repeat: RepeatGroup | null;
  readonly visible: Rule | null;
  readonly required: Rule | null;
}

/** What `visible_if` and `required_if` look at: item code → value; of several instances the first counts; null where nothing was seen. */
export function ruleData(list: readonly ChecklistItem[], answers: readonly AnswerPayload[]): Readonly<Record<string, Value>> {
  const kinds = new Map(list.map((item) => [item.code, item.answer]));
  const data: Record<string, Value> = {};
  for (const { item, result, value } of answers) {
    if (Object.hasOwn(data, item)) continue;
    const seen = result === 'pass' || result === 'fail';
    data[item] = !seen ? null : kinds.get(item) === 'pass_fail' ? result === 'pass' : value;
  }
  return data;
}

/** A rule that cannot be read is as if it were not there: asking once too often is safer than hiding a question. */
function readOrAsk(source: unknown): Rule | null {
  if (source === undefined || source === null) return null;
  try {
    return readRule(source);
  } catch (error) {
    if (error instanceof RuleError) return null;
    throw error;
  }
}

/** A checklist prepared for judging: rules read once, because a phone judges at every tap. */
export class Plan {
  readonly items: readonly Asked[];
  /** Key of a repeat group → codes of its items. */
  readonly codes: ReadonlyMap<string, ReadonlySet<string>>;
  readonly repeats: ReadonlyMap<string, RepeatGroup>;
  /** Some item may be hidden. */
  readonly hides: boolean;

  constructor({ body }: Checklist) {
    this.repeats = repeatGroups(body);
    this.items = body.items.map((item) => ({
      item,
      repeat: this.repeats.get(item.code) ?? null,
      visible: readOrAsk(item.visible_if),
      required: readOrAsk(item.required_if),
    }));
    this.hides = this.items.some(({ visible }) => visible !== null);
    const codes = new Map<string, Set<string>>();
    for (const [code, { key }] of this.repeats) codes.set(key, (codes.get(key) ?? new Set()).add(code));
    this.codes = codes;
  }
}

const plans = new WeakMap<Checklist, Plan>();
export function planOf(checklist: Checklist): Plan {
  const known = plans.get(checklist);
  if (known) return known;
  const made = new Plan(checklist);
  plans.set(checklist, made);
  return made;
}

/** What rules see, seen from each stall: its own answers before those of the others. */
export class Sight {
  readonly #plan: Plan;
  readonly #list: readonly ChecklistItem[];
  readonly #answers: readonly AnswerPayload[];
  readonly #all: Readonly<Record<string, Value>>;
  readonly #from = new Map<string, Value>();

  constructor(plan: Plan, list: readonly ChecklistItem[], answers: readonly AnswerPayload[]) {
    this.#plan = plan;
    this.#list = list;
    this.#answers = answers;
    this.#all = ruleData(list, answers);
  }

  from(repeat: RepeatGroup | null, instance_key: string): Value {
    if (repeat === null) return this.#all;
    const name = `${repeat.key}\n${instance_key}`;
    const known = this.#from.get(name);
    if (known !== undefined) return known;
    const codes = this.#plan.codes.get(repeat.key) ?? new Set();
    const others = Object.entries(this.#all).filter(([code]) => !codes.has(code));
    const own = this.#answers.filter((answer) => codes.has(answer.item) && answer.instance_key === instance_key);
    const data = { ...Object.fromEntries(others), ...ruleData(this.#list, own) };
    this.#from.set(name, data);
    return data;
  }
}

/**
 * Answers that the other answers hide. A hidden answer no longer speaks for others, so hiding one may hide more; what was hidden once stays so.
 */
export function hiddenAnswers(plan: Plan, list: readonly ChecklistItem[], answers: readonly AnswerPayload[]): ReadonlySet<AnswerPayload> {
  const hidden = new Set<AnswerPayload>();
  if (!plan.hides) return hidden;
  const rules = new Map(plan.items.filter(({ visible }) => visible !== null).map((one) => [one.item.code, one]));
  for (;;) {
    const left = answers.filter((answer) => !hidden.has(answer));
    const sight = new Sight(plan, list, left);
    const before = hidden.size;
    for (const answer of left) {
      const one = rules.get(answer.item);
      if (one?.visible && !holds(one.visible, sight.from(one.repeat, answer.instance_key))) hidden.add(answer);
    }
    if (hidden.size === before) return hidden;
  }
}
