// Several tickets at once: what fits, one step each, a failure stops nobody, only what failed is tried again; and how orders lie on paper.
import { describe, expect, it } from 'vitest';
import { perUnit, sortOut, unfit } from '../../src/app/lists/bulk';
import { byUnit, ordersAddress, readWanted, ROWS, sheetsOf } from '../../src/app/lists/orders';
import { again, begin, tally, walk, type Lines } from '../../src/app/lists/run';
import { signedAt, signFaults } from '../../src/app/lists/signed';
import { columns, monthEnd, rowsOf, saying } from '../../src/app/campaigns/zero';
import { planChanged } from '../../src/app/campaigns/plan';
import { bars, scaleOf, spanOf } from '../../src/app/campaigns/hours';
import type { Ticket } from '../../src/core';

const ticket = (id: string, over: Partial<Ticket> = {}): Ticket =>
  ({ id, number: null, state: 'pending', township_id: 'town', township_name: '甲镇', unit_id: null, unit_name: null, border: false, due_at: null, ...over }) as Ticket;
const issued = (id: string, over: Partial<Ticket> = {}): Ticket => ticket(id, { number: `26-${id}`, state: 'issued', unit_id: 'u1', unit_name: '甲镇', due_at: '2026-12-01T16:00:00Z', ...over });

describe('what fits', () => {
  it('issues clear cases only', () => {
    expect(unfit('issue', ticket('a'))).toBeNull();
    expect(unfit('issue', ticket('a', { border: true }))).toBe('border');
    expect(unfit('issue', ticket('a', { township_id: null }))).toBe('no_place');
    expect(unfit('issue', issued('a'))).toBe('not_pending');
  });

  it('reminds whoever holds it, never the county itself', () => {
    for (const state of ['issued', 'in_progress', 'rework', 'on_hold'] as const) expect(unfit('remind', issued('a', { state })), state).toBeNull();
    for (const state of ['pending', 'submitted', 'closed', 'void', 'merged', 'declined'] as const) expect(unfit('remind', issued('a', { state })), state).toBe('not_with_unit');
  });

  it('prints no order of a round that its unit must not hear of yet, and none that is over', () => {
    expect(unfit('print', issued('a'))).toBeNull();
    expect(unfit('print', issued('a', { due_at: null }))).toBe('not_told');
    expect(unfit('print', issued('a', { state: 'closed' }))).toBe('not_issued');
    expect(unfit('print', ticket('a'))).toBe('not_issued');
  });

  it('keeps the order and says why the others stay out', () => {
    const { fits, left } = sortOut('issue', [ticket('a'), ticket('b', { border: true }), ticket('c')]);
    expect([fits.map((one) => one.id), left.map((one) => [one.ticket.id, one.why])]).toEqual([['a', 'c'], [['b', 'border']]]);
    expect(perUnit([ticket('a'), ticket('b', { township_name: '乙镇' }), ticket('c')])).toEqual([['甲镇', 2], ['乙镇', 1]]);
  });
});

describe('one step for each', () => {
  type Row = { readonly id: string };
  const rows: readonly Row[] = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
  const how = (step: (row: Row) => Promise<string>, seen: Lines<Row, string>[] = [], isStopped = (): boolean => false) => ({
    step,
    isThrough: (result: string) => result === 'ok',
    broken: 'broken',
    onchange: (lines: Lines<Row, string>) => void seen.push(lines),
    isStopped,
  });

  it('goes on after a conflict and after an error, and counts each', async () => {
    const asked: string[] = [];
    const lines = await walk(begin<Row, string>(rows), how((row) => {
      asked.push(row.id);
      if (row.id === 'c') return Promise.reject(new Error('network'));
      return Promise.resolve(row.id === 'b' ? 'conflict' : 'ok');
    }));
    expect(asked).toEqual(['a', 'b', 'c', 'd']);
    expect(tally(lines)).toEqual({ all: 4, through: 2, failed: 2, waiting: 0 });
  });

  it('tries again only what failed, with the newer row', async () => {
    const first = await walk(begin<Row & { v: number }, string>(rows.map((row) => ({ ...row, v: 1 }))), { ...how(() => Promise.resolve('ok')), step: (row) => Promise.resolve(row.id === 'b' ? 'conflict' : 'ok'), onchange: () => undefined });
    const asked: (readonly [string, number])[] = [];
    const second = await walk(again(first, [{ id: 'b', v: 2 }]), { isThrough: (result) => result === 'ok', broken: 'broken', onchange: () => undefined, isStopped: () => false, step: (row) => { asked.push([row.id, row.v]); return Promise.resolve('ok'); } });
    expect(asked).toEqual([['b', 2]]);
    expect(tally(second)).toEqual({ all: 4, through: 4, failed: 0, waiting: 0 });
  });

  it('stops between two rows and leaves the rest as it was', async () => {
    let done = 0;
    const lines = await walk(begin<Row, string>(rows), how(() => { done += 1; return Promise.resolve('ok'); }, [], () => done >= 2));
    expect(lines.map((line) => line.state.kind)).toEqual(['through', 'through', 'waiting', 'waiting']);
  });

  it('shows each row while it is under way', async () => {
    const seen: Lines<Row, string>[] = [];
    await walk(begin<Row, string>(rows.slice(0, 1)), how(() => Promise.resolve('ok'), seen));
    expect(seen.map((lines) => lines[0]?.state.kind)).toEqual(['running', 'through']);
  });
});

describe('orders on paper', () => {
  const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  it('are named in the address, each once, and nothing else is', () => {
    const address = ordersAddress({ ids: [id(1), id(2)] });
    expect(readWanted(address.split('?')[1])).toEqual({ ids: [id(1), id(2)] });
    expect(readWanted(`ids=${id(1)},${id(1)},<b>`)).toEqual({ ids: [id(1)] });
    expect(readWanted('state=issued&township_id=x')).toEqual({ filters: { state: 'issued', township_id: 'x' } });
    expect(readWanted('')).toBeNull();
    expect(ordersAddress({ filters: { state: 'issued' } })).toBe('#/paper/orders?state=issued');
  });

  it('lie one on a sheet, or as a list of each unit that never mixes two', () => {
    const many = Array.from({ length: ROWS + 1 }, (_, i) => issued(String(i), { due_at: `2026-12-${String(20 - i).padStart(2, '0')}T16:00:00Z` }));
    const all = [...many, issued('x', { unit_id: 'u2', unit_name: '乙镇' })];
    expect(sheetsOf(all, 'one').length).toBe(ROWS + 2);
    const sheets = sheetsOf(all, 'list');
    expect(sheets.map((sheet) => [sheet.unit.id, sheet.tickets.length, sheet.from, sheet.page, sheet.pages])).toEqual(
      byUnit(all).flatMap((unit) => (unit.id === 'u2' ? [['u2', 1, 1, 1, 1]] : [['u1', ROWS, 1, 1, 2], ['u1', 1, ROWS + 1, 2, 2]])),
    );
    expect(byUnit(all).find((unit) => unit.id === 'u1')?.tickets[0]?.id).toBe(String(ROWS));
    expect(sheetsOf([], 'list')).toEqual([]);
  });
});

describe('a signed sheet', () => {
  const now = Date.parse('2026-11-29T04:00:00Z');
  const good = { name: '王某', when: '2026-11-29T11:30', photos: 1 };
  it('says the county’s time', () => {
    expect(signedAt('2026-11-29T11:30')).toBe('2026-11-29T03:30:00.000Z');
    expect(signedAt('')).toBeNull();
  });
  it('needs a photo, a name, and a time between the issue and now', () => {
    expect(signFaults(good, '2026-11-29T03:30:40Z', now)).toEqual({});
    expect(signFaults({ ...good, photos: 0, name: ' ' }, null, now)).toEqual({ photo: true, name: true });
    expect(signFaults({ ...good, when: '2026-11-29T12:01' }, null, now)).toEqual({ when: 'future' });
    expect(signFaults(good, '2026-11-29T03:31:00Z', now)).toEqual({ when: 'early' });
    expect(signFaults({ ...good, when: '' }, null, now)).toEqual({ when: 'needTime' });
  });
});

describe('campaigns', () => {
  it('never call it zero while something is on hold or waits for a check', () => {
    expect(saying({ open: 0, submitted: 0, on_hold: 0 })).toBe('zero');
    expect(saying({ open: 0, submitted: 0, on_hold: 1 })).toBe('not_zero');
    expect(saying({ open: 0, submitted: 1, on_hold: 0 })).toBe('not_zero');
    expect(saying({ open: 1, submitted: 0, on_hold: 0 })).toBe('open');
  });
  it('end with the month, leap years too', () => {
    expect([monthEnd('2026-11-03'), monthEnd('2028-02-01'), monthEnd('2026-12-31')]).toEqual(['2026-11-30', '2028-02-29', '2026-12-31']);
  });
  it('open the rows of each number', () => {
    expect(rowsOf('c', 'open', { township_id: 't' })).toBe('#/tickets?state=issued%2Cin_progress%2Crework&township_id=t&campaign=c');
    expect(rowsOf('c', 'fresh')).toBe('#/tickets?campaign=c&campaign_baseline=false');
  });
  it('draw days that have not come as nothing, not as zero', () => {
    const day = { day: '2026-11-02', ideal: 9, baseline_open: 10, fresh_open: 1, fresh: 1, closed: 0 };
    expect(columns({ days: [day], ideal: [{ day: '2026-11-02', left: 9 }, { day: '2026-11-03', left: 8 }] })).toEqual([
      { day: '2026-11-02', baseline: 10, fresh: 1, ideal: 9 },
      { day: '2026-11-03', baseline: null, fresh: null, ideal: 8 },
    ]);
  });
});

describe('projects and the county’s clock', () => {
  it('ask why only when something that stood there changes', () => {
    const first = { id: 'a', name: '招标', day: '2026-12-01', done: false };
    const before = [first];
    expect(planChanged(before, [...before, { id: 'b', name: '开工', day: '2027-01-01', done: false }])).toBe(false);
    expect(planChanged(before, [{ ...first, day: '2026-12-08' }])).toBe(true);
    expect(planChanged(before, [])).toBe(true);
  });
  it('tell long times in days, and nothing where nothing is known', () => {
    expect([spanOf(null), spanOf(47.9)?.unit, spanOf(48)]).toEqual([null, 'hours', { unit: 'days', count: 2 }]);
    const month = { median_hours: 10, response_median_hours: 20 };
    expect(bars(month, scaleOf([{ median_hours: 40, response_median_hours: null }, month])).map((bar) => bar.percent)).toEqual([25, 50]);
  });
});
