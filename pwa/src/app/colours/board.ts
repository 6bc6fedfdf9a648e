// Rows of colours as a board: one line a township, one column a month, and what a month still needs before it can be published.
import type { Colour, ColourRow } from '@/api/colours';

export const COLOURS: readonly Colour[] = ['green', 'yellow', 'red'];

/** Months from one to the other, both with; `2025-12` … */
export function months(from: string, to: string): readonly string[] {
  const made: string[] = [];
  for (let at = from; at <= to && made.length < 60; at = moveMonth(at, 1)) made.push(at);
  return made;
}

export function moveMonth(month: string, by: number): string {
  const [year = 0, of = 1] = month.split('-').map(Number);
  const at = year * 12 + (of - 1) + by;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
}

export const isMonth = (text: string | null | undefined): text is string => /^20\d{2}-(0[1-9]|1[0-2])$/.test(text ?? '');

/** The county's month of a moment. */
const local = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit' });
export const monthOf = (at: number | string): string => local.format(new Date(at)).slice(0, 7);

export interface Line {
  readonly township_id: string;
  readonly name: string;
  readonly cells: ReadonlyMap<string, ColourRow>;
}

/** In the county's own order, as its divisions are listed; what is not listed stays behind. */
export function inCountyOrder<Row extends { readonly township_id: string }>(rows: readonly Row[], townships: readonly { readonly id: string }[]): readonly Row[] {
  const place = new Map(townships.map(({ id }, nth) => [id, nth]));
  const of = (row: Row): number => place.get(row.township_id) ?? townships.length;
  return [...rows].sort((a, b) => of(a) - of(b));
}

/** Townships in the order in which they come, which is the county's own and no ranking. */
export function board(rows: readonly ColourRow[], also: readonly { readonly id: string; readonly name: string }[] = []): readonly Line[] {
  const lines = new Map<string, { name: string; cells: Map<string, ColourRow> }>(also.map(({ id, name }) => [id, { name, cells: new Map() }]));
  for (const row of rows) {
    const line = lines.get(row.township_id) ?? { name: row.township_name, cells: new Map<string, ColourRow>() };
    line.cells.set(row.month, row);
    lines.set(row.township_id, line);
  }
  return [...lines].map(([township_id, { name, cells }]) => ({ township_id, name, cells }));
}

/** How far a row is. */
export type Stage = 'proposed' | 'confirmed' | 'published';
export const stage = (row: Pick<ColourRow, 'published_at' | 'confirmed_at'>): Stage => (row.published_at !== null ? 'published' : row.confirmed_at !== null ? 'confirmed' : 'proposed');

/** The office saw it otherwise than the rules. */
export const differs = (row: Pick<ColourRow, 'proposal' | 'colour'>): boolean => row.proposal !== null && row.colour !== null && row.proposal !== row.colour;

/** A plan is wanted and not there: told once its days have passed, otherwise it is only "not yet". */
export function planState(row: Pick<ColourRow, 'published_at' | 'standing' | 'planned' | 'plan_due'>, now: number): 'none' | 'there' | 'waited' | 'late' {
  if (row.published_at === null) return 'none';
  if (row.planned) return 'there';
  if (row.standing === 'green' || row.plan_due === null) return 'none';
  return Date.parse(row.plan_due) <= now ? 'late' : 'waited';
}

export type Tally = Readonly<Record<Colour, number>>;
export function tally(rows: readonly { readonly standing: Colour }[]): Tally {
  const count = (colour: Colour): number => rows.filter((row) => row.standing === colour).length;
  return { green: count('green'), yellow: count('yellow'), red: count('red') };
}

export interface MonthState {
  readonly rows: number;
  readonly unconfirmed: number;
  readonly published: boolean;
  /** Nothing hinders publishing. */
  readonly ready: boolean;
  /** Green as proposed and waiting: nothing to weigh, so they may be confirmed together. */
  readonly plainGreens: readonly ColourRow[];
}

export function monthState(rows: readonly ColourRow[]): MonthState {
  const waiting = rows.filter((row) => stage(row) === 'proposed');
  const published = rows.length > 0 && rows.every((row) => stage(row) === 'published');
  return { rows: rows.length, unconfirmed: waiting.length, published, ready: rows.length > 0 && waiting.length === 0 && !published, plainGreens: waiting.filter((row) => row.proposal === 'green') };
}

/** Worst first, as one opens them: red, yellow, green; among equals what is not confirmed. The order of the county otherwise. */
export function toLookAt(rows: readonly ColourRow[]): readonly ColourRow[] {
  const weight = (row: ColourRow): number => COLOURS.indexOf(row.standing) * 2 + (stage(row) === 'proposed' ? 1 : 0);
  return rows.map((row, nth) => ({ row, nth })).sort((a, b) => weight(b.row) - weight(a.row) || a.nth - b.nth).map(({ row }) => row);
}
