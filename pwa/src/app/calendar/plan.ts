// A year of holidays and worked weekends: read from the public yearly file, compared with what the county has, laid out by months.
// A notice may reach into the December before its year, and nowhere else.
import { asMap, type Exceptions } from '../tickets/workdays';

export interface Day {
  readonly date: string;
  readonly name: string;
  readonly isOffDay: boolean;
}

export interface Year {
  readonly year: number;
  readonly days: readonly Day[];
  /** Addresses of the notices that the file was read from. */
  readonly papers: readonly string[];
}

/** What is wrong with a file; `at` is the day, or the place in the list, that it is about. */
export type Fault = { readonly code: 'not_json' | 'no_year' | 'no_days' } | { readonly code: 'bad_date' | 'outside' | 'twice' | 'bad_name' | 'no_kind'; readonly at: string };

export type Read = { readonly kind: 'ok'; readonly plan: Year } | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

const LONGEST_NAME = 32;
const isRow = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A day that exists: 2026-02-30 does not. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(text);
}

/** Belongs into this year's plan. */
export const belongs = (date: string, year: number): boolean => date.startsWith(`${year}-`) || date.startsWith(`${year - 1}-12-`);

export function readPlan(text: string): Read {
  let file: unknown;
  try {
    file = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return { kind: 'faults', faults: [{ code: 'not_json' }] };
  }
  const year = isRow(file) ? file['year'] : null;
  if (!isRow(file) || typeof year !== 'number' || !Number.isInteger(year) || year < 2000 || year > 2100) return { kind: 'faults', faults: [{ code: 'no_year' }] };
  const rows = file['days'];
  if (!Array.isArray(rows) || rows.length === 0 || rows.length > 400) return { kind: 'faults', faults: [{ code: 'no_days' }] };

  const faults: Fault[] = [];
  const days: Day[] = [];
  const seen = new Set<string>();
  rows.forEach((row: unknown, nth) => {
    const date = isRow(row) && typeof row['date'] === 'string' ? row['date'] : '';
    const name = isRow(row) && typeof row['name'] === 'string' ? row['name'].trim() : '';
    const off = isRow(row) ? row['isOffDay'] : null;
    if (!isDate(date)) return void faults.push({ code: 'bad_date', at: date === '' ? `${nth + 1}` : date });
    if (!belongs(date, year)) return void faults.push({ code: 'outside', at: date });
    if (seen.has(date)) return void faults.push({ code: 'twice', at: date });
    seen.add(date);
    if (name === '' || [...name].length > LONGEST_NAME) return void faults.push({ code: 'bad_name', at: date });
    if (typeof off !== 'boolean') return void faults.push({ code: 'no_kind', at: date });
    days.push({ date, name, isOffDay: off });
  });
  if (faults.length > 0) return { kind: 'faults', faults };
  const papers = Array.isArray(file['papers']) ? file['papers'].filter((one): one is string => typeof one === 'string') : [];
  return { kind: 'ok', plan: { year, days: inOrder(days), papers } };
}

export const inOrder = (days: readonly Day[]): readonly Day[] => [...days].sort((a, b) => a.date.localeCompare(b.date));

/** What a day is: an ordinary one, off, or worked although a plan had to say so. */
export type Kind = 'plain' | 'off' | 'work';

export interface Change {
  readonly date: string;
  readonly name: string;
  readonly from: Kind;
  readonly to: Kind;
}

const kindOf = (day: Day | undefined): Kind => (day === undefined ? 'plain' : day.isOffDay ? 'off' : 'work');

/** What would be another day than it is, by date. A new name alone is no change of the days. */
export function changes(before: readonly Day[], after: readonly Day[]): readonly Change[] {
  const [was, is] = [new Map(before.map((day) => [day.date, day])), new Map(after.map((day) => [day.date, day]))];
  return [...new Set([...was.keys(), ...is.keys()])]
    .sort()
    .map((date) => ({ date, name: (is.get(date) ?? was.get(date))?.name ?? '', from: kindOf(was.get(date)), to: kindOf(is.get(date)) }))
    .filter(({ from, to }) => from !== to);
}

export const isWeekend = (date: string): boolean => [0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());

const pad = (n: number): string => String(n).padStart(2, '0');

/** Weeks from Monday; null where a week belongs to another month. */
export function weeks(year: number, month: number): readonly (readonly (string | null)[])[] {
  const first = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7;
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const cells: (string | null)[] = [...Array<null>(first).fill(null), ...Array.from({ length: last }, (_, nth) => `${year}-${pad(month)}-${pad(nth + 1)}`)];
  while (cells.length % 7 !== 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

/** Working days of a month by a plan. */
export function workingDays(year: number, month: number, days: readonly Day[] | Exceptions): number {
  const known: Exceptions = days instanceof Map ? (days as Exceptions) : asMap(days as readonly Day[]);
  return weeks(year, month)
    .flat()
    .filter((date): date is string => date !== null && !(known.get(date) ?? isWeekend(date))).length;
}

/** The year whose days off a county needs by now (`today` as YYYY-MM-DD): the next one's list comes out in November, and deadlines reach into it. */
export const yearNeeded = (today: string): number => Number(today.slice(0, 4)) + (today.slice(5, 7) >= '11' ? 1 : 0);
