// The days of a chart's axis. Pure.
import type { ZeroDay } from '@/api/types';

const DAY_MS = 86_400_000;
/** More days than anybody reads, should a clock have been years away once. */
const LONGEST = 3_660;

/** Every day from the first to the last one or `until`: on a day without events the number open stays. A slope is only honest over all days. */
export function everyDay(days: readonly ZeroDay[], until: string): readonly ZeroDay[] {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return days;
  const known = new Map(days.map((day) => [day.day, day]));
  const end = until > last.day ? until : last.day;
  const all: ZeroDay[] = [];
  for (let at = Date.parse(`${first.day}T00:00:00Z`), open = 0; ; at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    if (day > end || all.length === LONGEST) return all.length === LONGEST ? days : all;
    const one = known.get(day) ?? { day, open, opened: 0, closed: 0 };
    open = one.open;
    all.push(one);
  }
}
