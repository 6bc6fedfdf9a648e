// The calendar of deadlines: where a number leads, what is listed, and how the keys move.
import { describe, expect, it } from 'vitest';
import type { DueDay, DueEntry, DueWhat } from '../../src/api/dues';
import { firstDay, kindOf, listOf, listed, rowOf, stepFrom } from '../../src/app/campaigns/dues';
import { campaigns as en } from '../../src/i18n/en/campaigns';
import { campaigns as zh } from '../../src/i18n/zh/campaigns';

const entry = (what: DueWhat, count: number | null = 1): DueEntry => ({ what, count, items: [] });
const day = (date: string, whats: readonly DueWhat[] = [], more: Partial<DueDay> = {}): DueDay => ({ day: date, is_working_day: true, name: null, near: null, entries: whats.map((what) => entry(what)), ...more });
const month = (busy: Readonly<Record<number, readonly DueWhat[]>>): readonly DueDay[] => Array.from({ length: 30 }, (_, nth) => day(`2026-11-${String(nth + 1).padStart(2, '0')}`, busy[nth + 1]));

describe('where a number leads', () => {
  it('opens the list that counts it', () => {
    expect(listOf('2026-11-24', entry('check'))).toBe('#/tickets?due_on=2026-11-24&due_kind=check');
    expect(listOf('2026-12-07', entry('recheck'))).toBe('#/honours?recheck_on=2026-12-07');
    expect(listOf('2026-12-31', entry('honour_end'))).toBe('#/honours?ends_on=2026-12-31');
    expect(listOf('2026-12-28', entry('self_check'))).toBe('#/self-checks?month=2026-12');
    for (const what of ['campaign', 'plan', 'appeal', 'monthly'] as const) expect(listOf('2026-11-24', entry(what))).toBe(null);
  });
  it('opens a row in the screens that the reader has', () => {
    expect(rowOf('office', entry('plan'), 'x')).toBe('#/colours/x');
    expect(rowOf('township', entry('plan'), 'x')).toBe('#/colour/x');
    expect(rowOf('township', entry('campaign'), 'x')).toBe('#/campaigns/x');
    expect(rowOf('office', entry('monthly'), 'x')).toBe(null);
  });
});

describe('the days', () => {
  it('lists those with something, and today', () => {
    expect(listed(month({ 2: ['repair'], 25: ['monthly'] }), '2026-11-10').map((one) => one.day)).toEqual(['2026-11-02', '2026-11-10', '2026-11-25']);
    expect(listed(month({}), '2026-12-10')).toEqual([]);
  });
  it('begins with what comes next', () => {
    expect(firstDay(month({ 2: ['repair'], 25: ['monthly'] }), '2026-11-10')).toBe('2026-11-25');
    expect(firstDay(month({ 2: ['repair'] }), '2026-11-10')).toBe('2026-11-10');
    expect(firstDay(month({ 2: ['repair'] }), '2026-12-10')).toBe('2026-11-02');
    expect(firstDay(month({}), '2026-12-10')).toBe('2026-11-01');
    expect(firstDay([], '2026-12-10')).toBe(null);
  });
  it('tells holidays from weekends and worked ones', () => {
    expect(kindOf(day('2026-10-01', [], { name: '国庆节', is_working_day: false }))).toBe('off');
    expect(kindOf(day('2026-10-10', [], { name: '国庆节' }))).toBe('work');
    expect(kindOf(day('2026-11-28', [], { is_working_day: false }))).toBe('weekend');
    expect(kindOf(day('2026-11-27'))).toBe('plain');
  });
  it('moves by keys and stays in the month', () => {
    const days = month({});
    expect(stepFrom(days, '2026-11-10', 'ArrowDown')).toBe('2026-11-17');
    expect(stepFrom(days, '2026-11-10', 'ArrowLeft')).toBe('2026-11-09');
    expect(stepFrom(days, '2026-11-03', 'ArrowUp')).toBe(null);
    expect(stepFrom(days, '2026-11-10', 'End')).toBe('2026-11-30');
    expect(stepFrom(days, '2026-11-10', 'a')).toBe(null);
    expect(stepFrom(days, '2026-12-10', 'ArrowUp')).toBe(null);
  });
});

it('has words for each kind in both languages', () => {
  for (const words of [zh.dues, en.dues]) {
    expect(Object.keys(words.what)).toEqual(Object.keys(words.short));
    for (const what of Object.keys(words.what)) expect(words.count(what, 2)).toContain('2');
    expect(words.legend([7, 3, 1])).toContain('T-3');
    expect(words.legend([])).not.toContain('T-');
  }
});
