// "2 working days left": counts days the way the county's calendar does. Days off and make-up days come from the server; where none are
// known, Saturday and Sunday are free.

const ZONE = 'Asia/Shanghai';
const DAY_MS = 86_400_000;

/** Exceptions to "weekends are free", by ISO day: true = off, false = a make-up working day. */
export type Exceptions = ReadonlyMap<string, boolean>;

/** One exception of the published plan, in its own words. */
export interface PlanDay {
  readonly date: string;
  readonly isOffDay: boolean;
}

export const asMap = (days: readonly PlanDay[]): Exceptions => new Map(days.map(({ date, isOffDay }) => [date, isOffDay]));

const localDay = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit' });

/** The county's local day of a moment, as `2026-11-22`. */
export function dayOf(at: number | string): string {
  return localDay.format(new Date(at));
}

function isOff(day: string, exceptions: Exceptions): boolean {
  const known = exceptions.get(day);
  if (known !== undefined) return known;
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/** Working days after `from` up to and with `to` (local days); 0 when `to` is not later. */
export function workingDaysBetween(from: string, to: string, exceptions: Exceptions): number {
  let count = 0;
  for (let at = Date.parse(`${from}T00:00:00Z`) + DAY_MS; at <= Date.parse(`${to}T00:00:00Z`) && count < 400; at += DAY_MS) {
    if (!isOff(new Date(at).toISOString().slice(0, 10), exceptions)) count += 1;
  }
  return count;
}

/** The day that ends `days` working days after `from`; the count starts with the next working day. */
export function addWorkingDays(from: string, days: number, exceptions: Exceptions): string {
  let at = Date.parse(`${from}T00:00:00Z`);
  for (let left = days, steps = 0; left > 0 && steps < 1_000; steps += 1) {
    at += DAY_MS;
    if (!isOff(new Date(at).toISOString().slice(0, 10), exceptions)) left -= 1;
  }
  return new Date(at).toISOString().slice(0, 10);
}

/** The day that people mean by a due date: 24:00 of a day is 00:00 of the next one. */
export const lastDay = (due_at: string): string => dayOf(Date.parse(due_at) - 1);

/** A moment within a local day, for what formats moments. */
export const noonOf = (day: string): number => Date.parse(`${day}T12:00:00+08:00`);

export type DueWords =
  | { readonly kind: 'left'; readonly days: number }
  | { readonly kind: 'today' }
  | { readonly kind: 'over'; readonly days: number };

/** A due date ends its last day at 24:00, which is 00:00 of the next one: the day that people mean is the one just before. */
export function dueWords(due_at: string, now: number, exceptions: Exceptions): DueWords {
  const due = Date.parse(due_at);
  const last = lastDay(due_at);
  const today = dayOf(now);
  if (now >= due) return { kind: 'over', days: workingDaysBetween(last, today, exceptions) };
  if (last === today) return { kind: 'today' };
  return { kind: 'left', days: workingDaysBetween(today, last, exceptions) };
}

export type Timeliness = { readonly kind: 'in_time' } | { readonly kind: 'late'; readonly days: number };

/** Whether what was put forward at `submitted_at` met the deadline; a weekend after it adds no working day. Null where one of them is missing. */
export function timeliness(due_at: string | null, submitted_at: string | null, exceptions: Exceptions): Timeliness | null {
  if (due_at === null || submitted_at === null) return null;
  if (Date.parse(submitted_at) <= Date.parse(due_at)) return { kind: 'in_time' };
  return { kind: 'late', days: workingDaysBetween(lastDay(due_at), dayOf(submitted_at), exceptions) };
}
