// Where each number of the calendar leads, which days a list shows, and how the keys move over a month. Pure.
import { TICKET_DUES, type DueDay, type DueEntry } from '@/api/dues';
import type { Entry } from '../shell/roles';

const isTickets = (what: DueEntry['what']): boolean => TICKET_DUES.some((one) => one === what);

/** The list that an entry counts; null where it has rows of its own, or none. */
export function listOf(day: string, { what }: DueEntry): string | null {
  if (isTickets(what)) return `#/tickets?due_on=${day}&due_kind=${what}`;
  if (what === 'recheck' || what === 'honour_end') return `#/honours?${what === 'recheck' ? 'recheck_on' : 'ends_on'}=${day}`;
  if (what === 'self_check') return `#/self-checks?month=${day.slice(0, 7)}`;
  return null;
}

/** The page of one row. */
export function rowOf(entry: Entry, { what }: DueEntry, id: string): string | null {
  if (what === 'campaign') return `#/campaigns/${id}`;
  if (what === 'plan' || what === 'appeal') return entry === 'office' ? `#/colours/${id}` : `#/colour/${id}`;
  return null;
}

/** Days with something, and today, which says where one is. */
export const listed = (days: readonly DueDay[], today: string): readonly DueDay[] => days.filter(({ day, entries }) => entries.length > 0 || day === today);

/** What is shown first: today if it is in the month and anything is left, else the next day with something. */
export function firstDay(days: readonly DueDay[], today: string): string | null {
  const ahead = days.find(({ day, entries }) => day >= today && entries.length > 0);
  return (ahead ?? days.find(({ day }) => day === today) ?? days.find(({ entries }) => entries.length > 0) ?? days[0])?.day ?? null;
}

/** A holiday, a worked weekend day, an ordinary weekend, or an ordinary day. */
export function kindOf({ name, is_working_day }: DueDay): 'off' | 'work' | 'weekend' | 'plain' {
  if (name !== null) return is_working_day ? 'work' : 'off';
  return is_working_day ? 'plain' : 'weekend';
}

const STEP: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** The day to which a key leads from another; null: not a key of the calendar, or out of the month. */
export function stepFrom(days: readonly DueDay[], from: string, key: string): string | null {
  const at = days.findIndex(({ day }) => day === from);
  if (at < 0) return null;
  if (key === 'Home' || key === 'End') return days[key === 'Home' ? 0 : days.length - 1]?.day ?? null;
  const step = STEP[key];
  return step === undefined ? null : (days[at + step]?.day ?? null);
}
