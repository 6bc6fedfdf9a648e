// A year's notice as a file: what is read, what is refused and where, what would change, and how the months are counted.
import { describe, expect, it } from 'vitest';
import { belongs, changes, isDate, readPlan, weeks, workingDays, yearNeeded, type Day } from '../../src/app/calendar/plan';
import { calendar as en } from '../../src/i18n/en/calendar';
import { calendar as zh } from '../../src/i18n/zh/calendar';

const file = (days: unknown, more: object = {}): string => JSON.stringify({ $schema: 'x', year: 2027, papers: ['https://www.gov.cn/x'], days, ...more });
const day = (date: string, isOffDay = true, name = '元旦'): Day => ({ date, name, isOffDay });

describe('reading the public file', () => {
  it('takes a year with a December day of the year before, in the order of the days', () => {
    const read = readPlan(`\uFEFF${file([day('2027-01-02'), day('2026-12-31'), day('2027-01-09', false)])}`);
    expect(read.kind === 'ok' && read.plan.days.map((one) => one.date)).toEqual(['2026-12-31', '2027-01-02', '2027-01-09']);
    expect(read.kind === 'ok' && read.plan.papers).toEqual(['https://www.gov.cn/x']);
  });

  it('refuses what is no such file', () => {
    for (const [text, code] of [
      ['', 'not_json'],
      ['<html>', 'not_json'],
      ['[]', 'no_year'],
      ['null', 'no_year'],
      [file([], { year: '2027' }), 'no_year'],
      [file([], { year: 1 }), 'no_year'],
      [file([]), 'no_days'],
      [file('x'), 'no_days'],
    ] as const) {
      const read = readPlan(text);
      expect(read.kind === 'faults' && read.faults[0]?.code, text).toBe(code);
    }
  });

  it('names every fault by its day, and takes nothing of a file that has one', () => {
    const read = readPlan(file([day('2027-02-30'), day('2027-1-1'), day('2026-11-30'), day('2027-05-01'), day('2027-05-01'), day('2027-05-02', true, ' '), { date: '2027-05-03', name: '劳动节' }, 7]));
    expect(read.kind === 'faults' && read.faults).toEqual([
      { code: 'bad_date', at: '2027-02-30' },
      { code: 'bad_date', at: '2027-1-1' },
      { code: 'outside', at: '2026-11-30' },
      { code: 'twice', at: '2027-05-01' },
      { code: 'bad_name', at: '2027-05-02' },
      { code: 'no_kind', at: '2027-05-03' },
      { code: 'bad_date', at: '8' },
    ]);
    for (const fault of read.kind === 'faults' ? read.faults : []) if ('at' in fault) for (const words of [zh, en]) expect(words.fault[fault.code](fault.at)).toContain(fault.at);
  });

  it('knows the days there are', () => {
    expect([isDate('2028-02-29'), isDate('2027-02-29'), isDate('2027-13-01'), isDate('')]).toEqual([true, false, false, false]);
    expect([belongs('2026-12-01', 2027), belongs('2026-11-30', 2027), belongs('2028-01-01', 2027)]).toEqual([true, false, false]);
  });
});

describe('what would change', () => {
  it('lists days that become another kind of day, not names alone', () => {
    const before = [day('2027-01-01'), day('2027-01-02'), day('2027-01-09', false)];
    const after = [day('2027-01-01', true, '新年'), day('2027-01-03'), day('2027-01-09', true)];
    expect(changes(before, after).map(({ date, from, to }) => [date, from, to])).toEqual([
      ['2027-01-02', 'off', 'plain'],
      ['2027-01-03', 'plain', 'off'],
      ['2027-01-09', 'work', 'off'],
    ]);
    expect(changes(before, before)).toEqual([]);
  });

  it('counts working days of a month with and without its notice', () => {
    // October 2026: 1 to 7 off, 10 worked; a week from Monday.
    const notice = ['01', '02', '03', '04', '05', '06', '07'].map((d) => day(`2026-10-${d}`, true, '国庆节'));
    expect(workingDays(2026, 10, [])).toBe(22);
    expect(workingDays(2026, 10, [...notice, day('2026-10-10', false, '国庆节')])).toBe(18);
  });

  it('lays every month of ten years out without losing a day', () => {
    for (let year = 2024; year < 2034; year += 1)
      for (let month = 1; month <= 12; month += 1) {
        const laid = weeks(year, month);
        const days = laid.flat().filter((one) => one !== null);
        expect(days.length).toBe(new Date(Date.UTC(year, month, 0)).getUTCDate());
        expect(laid.every((week) => week.length === 7)).toBe(true);
        const first = laid[0]?.findIndex((one) => one !== null) ?? -1;
        expect((new Date(`${days[0]}T00:00:00Z`).getUTCDay() + 6) % 7).toBe(first);
      }
  });

  it('asks for the next year when its list comes out, and for this one after the turn', () => {
    expect([yearNeeded('2026-10-31'), yearNeeded('2026-11-01'), yearNeeded('2026-12-31'), yearNeeded('2027-01-01')]).toEqual([2026, 2027, 2027, 2027]);
  });
});
