// The axis of the zero board has every day, so that a slope says how fast it went.
import { describe, expect, it } from 'vitest';
import { everyDay } from '../../src/charts/days';

const day = (at: string, open: number, opened = 0, closed = 0) => ({ day: at, open, opened, closed });

describe('the days of the zero board', () => {
  it('stand one after the other up to today; between events the number stays', () => {
    const all = everyDay([day('2026-02-27', 4, 4), day('2026-03-02', 1, 0, 3)], '2026-03-04');
    expect(all).toEqual([day('2026-02-27', 4, 4), day('2026-02-28', 4), day('2026-03-01', 4), day('2026-03-02', 1, 0, 3), day('2026-03-03', 1), day('2026-03-04', 1)]);
  });

  it('end with the last event where that is later than today, and none are none', () => {
    expect(everyDay([day('2026-03-02', 1, 1)], '2026-03-01')).toEqual([day('2026-03-02', 1, 1)]);
    expect(everyDay([], '2026-03-01')).toEqual([]);
  });

  it('are left as they are where a clock was years away', () => {
    const days = [day('1970-01-01', 1, 1), day('2026-03-02', 0, 0, 1)];
    expect(everyDay(days, '2026-03-02')).toEqual(days);
  });
});
