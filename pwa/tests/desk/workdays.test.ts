// The words "2 working days left" must mean what the county's calendar means, also around make-up days and midnight.
import { describe, expect, it } from 'vitest';
import { asMap, dayOf, dueWords, workingDaysBetween } from '../../src/app/tickets/workdays';

const NONE = asMap([]);
/** 24:00 of a local day, as the server writes due dates. */
const endOf = (day: string): string => new Date(Date.parse(`${day}T00:00:00+08:00`) + 86_400_000).toISOString();
const at = (local: string): number => Date.parse(`${local}+08:00`);

describe('working days', () => {
  it('counts neither the day itself nor a weekend', () => {
    // 2026-11-20 is a Friday.
    expect(workingDaysBetween('2026-11-20', '2026-11-20', NONE)).toBe(0);
    expect(workingDaysBetween('2026-11-20', '2026-11-22', NONE)).toBe(0);
    expect(workingDaysBetween('2026-11-20', '2026-11-23', NONE)).toBe(1);
    expect(workingDaysBetween('2026-11-23', '2026-11-20', NONE)).toBe(0);
  });

  it('takes holidays out and make-up days in', () => {
    const plan = asMap([
      { date: '2026-11-23', isOffDay: true },
      { date: '2026-11-22', isOffDay: false },
    ]);
    expect(workingDaysBetween('2026-11-20', '2026-11-22', plan)).toBe(1);
    expect(workingDaysBetween('2026-11-20', '2026-11-24', plan)).toBe(2);
  });

  it('reads a day in the county, whatever the clock of the machine', () => {
    expect(dayOf('2026-11-22T15:59:59Z')).toBe('2026-11-22');
    expect(dayOf('2026-11-22T16:00:00Z')).toBe('2026-11-23');
  });
});

describe('a deadline in words', () => {
  it('ends its own day at 24:00, not the day after', () => {
    expect(dueWords(endOf('2026-11-24'), at('2026-11-24T23:59:59'), NONE)).toEqual({ kind: 'today' });
    expect(dueWords(endOf('2026-11-24'), at('2026-11-25T00:00:00'), NONE)).toEqual({ kind: 'over', days: 1 });
  });

  it('counts what is left and what is past in working days', () => {
    expect(dueWords(endOf('2026-11-24'), at('2026-11-20T09:00:00'), NONE)).toEqual({ kind: 'left', days: 2 });
    expect(dueWords(endOf('2026-11-20'), at('2026-11-22T09:00:00'), NONE)).toEqual({ kind: 'over', days: 0 });
    expect(dueWords(endOf('2026-11-20'), at('2026-11-24T09:00:00'), NONE)).toEqual({ kind: 'over', days: 2 });
  });

  it('keeps the hour of a deadline of hours', () => {
    const due = new Date(at('2026-11-23T15:00:00')).toISOString();
    expect(dueWords(due, at('2026-11-23T14:59:00'), NONE)).toEqual({ kind: 'today' });
    expect(dueWords(due, at('2026-11-23T15:00:00'), NONE)).toEqual({ kind: 'over', days: 0 });
  });
});
