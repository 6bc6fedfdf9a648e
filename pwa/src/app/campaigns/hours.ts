// Hours as people say them, and as bars of one scale: the county's beside the townships'.
import type { CheckMonth } from '@/api/campaigns';

export interface Span {
  readonly unit: 'hours' | 'days';
  readonly count: number;
}

const DAY_H = 24;

/** Two days and more are told in days. */
export function spanOf(hours: number | null): Span | null {
  if (hours === null) return null;
  return hours < 2 * DAY_H ? { unit: 'hours', count: hours } : { unit: 'days', count: hours / DAY_H };
}

type Sides = Pick<CheckMonth, 'median_hours' | 'response_median_hours'>;

export const scaleOf = (months: readonly Sides[]): number => Math.max(1, ...months.flatMap((month) => [month.median_hours ?? 0, month.response_median_hours ?? 0]));

export const bars = (month: Sides, most: number): readonly { readonly side: 'county' | 'unit'; readonly percent: number }[] => [
  { side: 'county', percent: ((month.median_hours ?? 0) / most) * 100 },
  { side: 'unit', percent: ((month.response_median_hours ?? 0) / most) * 100 },
];
