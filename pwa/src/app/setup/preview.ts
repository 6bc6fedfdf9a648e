// The figures of an import as the page shows them: sums over its sheets, what to look at first, which rows a page holds.
import { SHEETS, type Fate, type ImportRow, type ImportSheet, type ImportView, type SheetCounts } from '@/api/imports';
import type { Dot } from './shapes';

export type Counts = Omit<SheetCounts, 'sheet'>;
export type FateFilter = Fate | 'all';
export type SheetFilter = ImportSheet | 'all';

export const PAGE_ROWS = 50;

const NOTHING: Counts = { rows: 0, created: 0, changed: 0, unchanged: 0, refused: 0 };

/** Of one sheet or of all. */
export function counts(view: Pick<ImportView, 'sheets'>, sheet: SheetFilter = 'all'): Counts {
  return view.sheets
    .filter((one) => sheet === 'all' || one.sheet === sheet)
    .reduce<Counts>((sum, one) => ({ rows: sum.rows + one.rows, created: sum.created + one.created, changed: sum.changed + one.changed, unchanged: sum.unchanged + one.unchanged, refused: sum.refused + one.refused }), NOTHING);
}

/** Sheets that hold rows, in the order in which a county is built. */
export const filled = (view: Pick<ImportView, 'sheets'>): readonly SheetCounts[] => [...view.sheets.filter(({ rows }) => rows > 0)].sort((a, b) => SHEETS.indexOf(a.sheet) - SHEETS.indexOf(b.sheet));

export const rowsOf = (counts: Counts, fate: FateFilter): number => (fate === 'all' ? counts.rows : counts[fate]);

/** What wants a look stands first: faults, then what would be overwritten. */
export function firstLook(view: Pick<ImportView, 'sheets'>): FateFilter {
  const { refused, changed } = counts(view);
  return refused > 0 ? 'refused' : changed > 0 ? 'changed' : 'all';
}

/** The one thing to do with a preview. */
export type Advice = 'mend' | 'apply' | 'nothing' | 'unreadable';

export function advice(view: Pick<ImportView, 'sheets' | 'state'>): Advice {
  const { rows, created, changed, refused } = counts(view);
  if (view.state === 'refused' || rows === 0) return 'unreadable';
  if (refused > 0) return 'mend';
  return created + changed > 0 ? 'apply' : 'nothing';
}

/** Rows `from` to `to` of a page, counted from 1. */
export function span(page: number, shown: number): { readonly from: number; readonly to: number } {
  return { from: page * PAGE_ROWS + 1, to: page * PAGE_ROWS + shown };
}

/** Rows that say where they lie, as far as their coordinates are among what is told of them. */
export function dots(rows: readonly ImportRow[]): readonly Dot[] {
  return rows.flatMap((row) => {
    const value = (field: string): number => {
      const told = row.changes.find((change) => change.field === field)?.after;
      return told === null || told === undefined || told === '' ? Number.NaN : Number(told);
    };
    const [lon, lat] = [value('longitude'), value('latitude')];
    return Number.isFinite(lon) && Number.isFinite(lat) ? [{ lon, lat, name: row.name || row.key, bad: row.fate === 'refused' }] : [];
  });
}
