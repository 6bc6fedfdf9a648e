// From one day to another, both included: what a delegation and a substitute have in common.
const DAY_MS = 86_400_000;

export interface Span {
  readonly from: string;
  readonly to: string;
}

export type SpanFault = 'missing' | 'past' | 'order' | 'long';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const at = (day: string): number => Date.parse(`${day}T00:00:00Z`);

export const plusDays = (day: string, days: number): string => new Date(at(day) + days * DAY_MS).toISOString().slice(0, 10);

/** How many days, both ends counted. */
export const lengthOf = ({ from, to }: Span): number => Math.round((at(to) - at(from)) / DAY_MS) + 1;

/** So many days from a day on, that day counted. */
export const spanOf = (from: string, days: number): Span => ({ from, to: plusDays(from, days - 1) });

/** Null = may be sent. A span may begin today or later, and may not be longer than the county allows. */
export function spanFault(span: Span, today: string, longest: number): SpanFault | null {
  if (!DAY.test(span.from) || !DAY.test(span.to)) return 'missing';
  if (span.to < span.from) return 'order';
  if (span.from < today) return 'past';
  return lengthOf(span) > longest ? 'long' : null;
}
