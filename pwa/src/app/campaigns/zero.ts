// Which rows each number of a campaign opens, and when zero is zero.
import type { Counts, Standing } from '@/api/campaigns';
import { address, type Filters } from '../office/filters';

export const FIGURES = ['baseline', 'closed', 'open', 'submitted', 'on_hold', 'fresh', 'left_out'] as const;
export type Figure = (typeof FIGURES)[number];

const ROWS: Readonly<Record<Figure, Filters>> = {
  baseline: { campaign_baseline: 'true' },
  fresh: { campaign_baseline: 'false' },
  closed: { state: 'closed' },
  open: { state: 'issued,in_progress,rework' },
  submitted: { state: 'submitted' },
  on_hold: { state: 'on_hold' },
  left_out: { campaign_left: 'true' },
};

export const rowsOf = (campaign: string, figure: Figure, more: Filters = {}): string => `#${address({ campaign, ...ROWS[figure], ...more })}`;

/** What is said first. On hold or waiting for a check is not zero. */
export function saying({ open, submitted, on_hold }: Pick<Counts, 'open' | 'submitted' | 'on_hold'>): 'zero' | 'not_zero' | 'open' {
  if (open > 0) return 'open';
  return submitted + on_hold === 0 ? 'zero' : 'not_zero';
}

export const sumOf = (townships: readonly Counts[], figure: Figure): number => townships.reduce((sum, one) => sum + one[figure], 0);

/** The last day of the month of a day: where a campaign ends unless somebody says otherwise. */
export function monthEnd(day: string): string {
  const [year, month] = day.split('-').map(Number);
  return new Date(Date.UTC(year ?? 0, month ?? 1, 0)).toISOString().slice(0, 10);
}

/** Every day from the start to the deadline; what has not come yet has no value. */
export function columns({ days, ideal }: Pick<Standing, 'days' | 'ideal'>): { readonly day: string; readonly baseline: number | null; readonly fresh: number | null; readonly ideal: number | null }[] {
  const all = [...new Set([...ideal.map((one) => one.day), ...days.map((one) => one.day)])].sort();
  return all.map((day) => {
    const known = days.find((one) => one.day === day);
    return { day, baseline: known?.baseline_open ?? null, fresh: known?.fresh_open ?? null, ideal: ideal.find((one) => one.day === day)?.left ?? known?.ideal ?? null };
  });
}
