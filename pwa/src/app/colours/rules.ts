// The reasoning behind a colour in words: each rule with what it found, where it begins to speak, and the tickets that it counted.
import type { Counter, MonthFacts, Reasoning, Rule, RuleResult } from '@/api/colours';
import { colours } from '@/i18n/colours';
import { number } from '@/i18n/format';

export const percent = (permille: number | null): string => (permille === null ? '—' : `${number(permille / 10, 1)}%`);

/** "84.6%", "3 件". */
export function valueOf({ rule, value }: Pick<RuleResult, 'rule' | 'value'>): string {
  const t = colours();
  switch (rule) {
    case 'on_time_rate':
      return percent(value);
    case 'two_yellows':
      return value > 0 ? t.rule.yes : t.rule.no;
    case 'one_step':
      return '';
    default:
      return t.tickets(value);
  }
}

/** From where on the rule speaks; empty where its name says all. */
export function limitOf({ rule, makes, limit }: Pick<RuleResult, 'rule' | 'makes' | 'limit'>): string {
  const t = colours();
  const word = t.colour[makes];
  switch (rule) {
    case 'on_time_rate':
      return t.rule.below(percent(limit), word);
    case 'late_count':
    case 'overdue_yellow':
    case 'overdue_red':
    case 'hollow_yellow':
    case 'hollow_red':
      return t.rule.from(limit, word);
    case 'overdue_long':
    case 'not_the_repair':
    case 'two_yellows':
      return t.rule.any(word);
    case 'one_step':
      return '';
  }
}

/** Whether it spoke, kept silent, or was not asked. */
export type Answer = 'hit' | 'clear' | 'not_asked';
export const answer = (one: Pick<RuleResult, 'hit' | 'applies'>): Answer => (!one.applies ? 'not_asked' : one.hit ? 'hit' : 'clear');

/** What decided: the rules that spoke, those that make the final colour first. */
export function decisive(reasoning: Pick<Reasoning, 'colour' | 'rules'>): readonly RuleResult[] {
  const hits = reasoning.rules.filter((one) => answer(one) === 'hit');
  return [...hits.filter((one) => one.makes === reasoning.colour), ...hits.filter((one) => one.makes !== reasoning.colour)];
}

/** Every ticket behind the rules, each once, in the order of the rules. */
export const ticketsOf = (reasoning: Pick<Reasoning, 'rules'>): readonly string[] => [...new Set(reasoning.rules.flatMap((one) => one.ticket_ids))];

/** "到期 14 件，挂账 1 件、还在核查 0 件不计，按 13 件算：按时 11 件，按时率 84.6%". */
export function factsLine(facts: MonthFacts): string {
  const t = colours().facts;
  if (facts.base === 0) return [t.due(facts.due), t.nothing].join('');
  return [t.due(facts.due), facts.held > 0 ? t.held(facts.held) : '', facts.waiting > 0 ? t.waiting(facts.waiting) : '', t.base(facts.base, facts.on_time, percent(facts.rate_permille)), facts.self_found > 0 ? t.selfFound(facts.self_found) : ''].filter(Boolean).join('');
}

/** The same rule as today's records answer it, where that is another answer. */
export function todayOf(rule: Rule, then: Reasoning, today: Reasoning | null): RuleResult | null {
  const [was, is] = [then, today].map((one) => one?.rules.find((result) => result.rule === rule));
  if (!was || !is) return null;
  return was.value === is.value && was.hit === is.hit && was.applies === is.applies ? null : is;
}

/** How a township's rate stands beside the middle of the county: more is worse for every counter. */
export function beside(counter: Counter, median: number | null | undefined): 'above' | 'at_most' | null {
  if (median === null || median === undefined || counter.rate_permille === null) return null;
  return counter.rate_permille > median ? 'above' : 'at_most';
}
