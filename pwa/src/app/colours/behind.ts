// The list behind a number of a month: where it is read, and one sentence for each row, by the event that made it count.
import type { CounterName, Figure, MonthRow, Rule } from '@/api/colours';
import { colours } from '@/i18n/colours';
import { dayTime } from '@/i18n/format';
import { untilWords } from './words';

/** Where the rows of a month are read: as they were kept with it, or as they are known now. */
export interface Source {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

export const kept = (id: string): Source => ({ path: `/colours/${encodeURIComponent(id)}/rows`, query: {} });

export const soFar = (month: string, township: string): Source => ({ path: '/figures/counters/rows', query: { month, township_id: township } });

export const figureOf = (counter: CounterName): Figure => (counter === 'hollow' ? 'hollow_times' : counter);

const RULES: Readonly<Partial<Record<Rule, Figure>>> = {
  on_time_rate: 'base',
  late_count: 'late',
  overdue_yellow: 'overdue_open',
  overdue_red: 'overdue_open',
  overdue_long: 'overdue_long',
  hollow_yellow: 'hollow',
  hollow_red: 'hollow',
  not_the_repair: 'not_the_repair',
};

/** The number that a rule looks at; none where it looks at the month before. */
export const figureOfRule = (rule: Rule): Figure | null => RULES[rule] ?? null;

export function sentence(row: MonthRow): string {
  const t = colours().behind.why;
  const [at, by] = [dayTime(row.at), row.by ? untilWords(row.by) : ''];
  switch (row.why) {
    case 'late':
      return row.by && Date.parse(row.at) > Date.parse(row.by) ? t.late_came(by, at) : t.late(by);
    case 'accepted_late':
      return by === '' ? t.accepted_late_once : t.accepted_late(by);
    case 'held':
    case 'waiting':
    case 'on_time':
      return t[row.why](by, at);
    case 'overdue':
    case 'overdue_long':
    case 'not_accepted':
    case 'past_due':
    case 'control_not_reported':
    case 'control_late':
      return t[row.why](by);
    default:
      return t[row.why](at);
  }
}
