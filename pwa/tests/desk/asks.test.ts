// A unit is offered exactly what its duty may ask for, the days fit the county's calendar, and what is sealed says what was filled in.
import { describe, expect, it } from 'vitest';
import { answerFaults, AS_ASKED, decidePayload } from '../../src/app/steps/decide';
import { answered, askPayload, asksOf, EMPTY_ASK, faultsOf, firstDay, marksHard, openRequests, presets, unitOf } from '../../src/app/steps/asks';
import { editFaults, editOf, editPayload } from '../../src/app/steps/edit';
import { mergeable } from '../../src/app/steps/merge';
import { tooLate } from '../../src/app/steps/relapse';
import { asMap } from '../../src/app/tickets/workdays';
import type { Post, Role, Ticket, TicketRequest } from '../../src/core';

const at = (local: string): number => Date.parse(`${local}+08:00`);
const endOf = (day: string): string => new Date(at(`${day}T00:00:00`) + 86_400_000).toISOString();
const NOW = at('2026-11-23T10:00:00');
const NONE = asMap([]);

const post = (role: Role, unit_id = 't1'): Pick<Post, 'role' | 'unit_kind' | 'unit_id' | 'township_id'> =>
  role === 'department' ? { role, unit_kind: 'department', unit_id, township_id: null } : { role, unit_kind: 'township', unit_id, township_id: unit_id };
const ticket = (over: Partial<Ticket> = {}): Ticket =>
  ({ id: 'k', version: 4, state: 'in_progress', unit_kind: 'township', unit_id: 't1', due_at: endOf('2026-11-27'), official_due_at: endOf('2026-11-27'), severity: 'minor', is_static: true, requests: [], ...over }) as Ticket;
const request = (over: Partial<TicketRequest> = {}): TicketRequest => ({
  id: 'r',
  what: 'extension',
  state: 'open',
  reason: '材料还没到',
  measure: '先围挡',
  wanted_day: '2026-12-04',
  unit_kind: null,
  unit_id: null,
  unit_name: null,
  asked_by_name: '李四',
  asked_at: '2026-11-23T02:00:00Z',
  decided_by_name: null,
  decided_at: null,
  photos: [],
  note: '',
  day: null,
  ...over,
});

describe('what may be asked for', () => {
  it('follows the duty', () => {
    expect(asksOf(post('desk_officer'), ticket(), NOW)).toEqual(['send_back']);
    expect(asksOf(post('deputy_leader'), ticket(), NOW)).toEqual(['extension', 'send_back', 'refer']);
    expect(asksOf(post('main_leader'), ticket(), NOW)).toEqual(['hold', 'refer']);
    expect(asksOf(post('village_cadre'), ticket(), NOW)).toEqual([]);
    expect(asksOf(post('department', 'd1'), ticket({ unit_kind: 'department', unit_id: 'd1' }), NOW)).toEqual(['extension', 'send_back', 'hold']);
  });

  it('follows the state, and only of the own unit', () => {
    expect(asksOf(post('deputy_leader'), ticket({ state: 'issued' }), NOW)).toEqual(['send_back']);
    expect(asksOf(post('deputy_leader'), ticket({ state: 'rework' }), NOW)).toEqual(['extension', 'refer']);
    for (const state of ['submitted', 'on_hold', 'closed', 'void'] as const) expect(asksOf(post('main_leader'), ticket({ state }), NOW)).toEqual([]);
    expect(asksOf(post('deputy_leader', 't2'), ticket(), NOW)).toEqual([]);
    expect(asksOf(post('deputy_leader'), ticket({ unit_id: null }), NOW)).toEqual([]);
    expect(marksHard(post('main_leader'), ticket()) && !marksHard(post('desk_officer'), ticket()) && !marksHard(post('main_leader'), ticket({ state: 'closed' }))).toBe(true);
  });

  it('asks for more time before the time is over, by the deadline that counts', () => {
    const late = at('2026-11-28T00:00:00');
    expect(asksOf(post('deputy_leader'), ticket(), late - 1)).toContain('extension');
    expect(asksOf(post('deputy_leader'), ticket(), late)).toEqual(['send_back', 'refer']);
    expect(asksOf(post('deputy_leader'), ticket({ due_at: endOf('2026-12-01') }), late)).not.toContain('extension');
  });

  it('does not ask twice, and asks again after an answer', () => {
    expect(asksOf(post('deputy_leader'), ticket({ requests: [request()] }), NOW)).toEqual(['send_back', 'refer']);
    expect(asksOf(post('deputy_leader'), ticket({ requests: [request({ state: 'denied' })] }), NOW)).toContain('extension');
  });

  it('reads rows from before there were requests', () => {
    const { requests: _, ...rest } = ticket();
    const old: Ticket = rest;
    expect(openRequests(old)).toEqual([]);
    expect(answered(old)).toEqual([]);
  });
});

describe('days that are offered', () => {
  it('count from the present last day, around days off and make-up days', () => {
    // 11-27 is a Friday; Monday is off and the Sunday before it is worked.
    const plan = asMap([
      { date: '2026-11-30', isOffDay: true },
      { date: '2026-11-29', isOffDay: false },
    ]);
    expect(presets('extension', ticket(), NOW, plan).map((one) => one.day)).toEqual(['2026-12-02', '2026-12-04', '2026-12-11']);
    expect(presets('hold', ticket(), NOW, NONE)[0]).toEqual({ days: 10, day: '2026-12-07' });
  });

  it('never lie before the deadline that is asked about, nor in the past', () => {
    expect(firstDay('extension', ticket(), NOW)).toBe('2026-11-28');
    expect(firstDay('extension', ticket(), at('2026-12-03T09:00:00'))).toBe('2026-12-03');
    expect(firstDay('hold', ticket(), NOW)).toBe('2026-11-24');
  });
});

describe('a request', () => {
  const form = { ...EMPTY_ASK, what: 'extension' as const, reason: ' 材料还没到 ', day: '2026-12-04', measure: '先围挡' };

  it('names what is missing', () => {
    expect(faultsOf({ ...EMPTY_ASK, what: 'extension' }, ticket(), NOW)).toEqual(['reason', 'day', 'measure']);
    expect(faultsOf({ ...form, day: '2026-11-27' }, ticket(), NOW)).toEqual(['day']);
    expect(faultsOf({ ...EMPTY_ASK, what: 'send_back', reason: '不在本乡镇' }, ticket(), NOW)).toEqual([]);
    expect(faultsOf(form, ticket(), NOW)).toEqual([]);
  });

  it('asks a department by its name, without a day', () => {
    const refer = { ...EMPTY_ASK, what: 'refer' as const, reason: '要电力公司迁杆', measure: '已围挡', unit: '' };
    expect(faultsOf(refer, ticket(), NOW)).toEqual(['unit']);
    expect(faultsOf({ ...refer, unit: 'township:t2' }, ticket(), NOW)).toEqual(['unit']);
    const sealed = askPayload({ ...refer, unit: 'department:d1' }, ticket(), 'r');
    expect(sealed).toMatchObject({ what: 'refer', wanted_day: null, measure: '已围挡', unit_kind: 'department', unit_id: 'd1' });
  });

  it('seals only what belongs to it', () => {
    expect(askPayload(form, ticket(), 'r')).toEqual({ ticket_id: 'k', seen_version: 4, request_id: 'r', what: 'extension', reason: '材料还没到', wanted_day: '2026-12-04', measure: '先围挡', unit_kind: null, unit_id: null });
    expect(askPayload({ ...form, what: 'send_back', unit: 'department:d1' }, ticket(), 'r')).toMatchObject({ wanted_day: null, measure: '', unit_kind: 'department', unit_id: 'd1' });
    expect(unitOf('')).toEqual({ unit_kind: null, unit_id: null });
    expect(unitOf('village:v')).toEqual({ unit_kind: null, unit_id: null });
  });
});

describe('the answer', () => {
  it('agrees as asked, where that can still be done', () => {
    expect(answerFaults(AS_ASKED, request(), ticket(), NOW)).toEqual([]);
    expect(answerFaults(AS_ASKED, request(), ticket(), at('2026-12-05T09:00:00'))).toEqual(['day']);
    expect(answerFaults({ ...AS_ASKED, day: '2026-11-27' }, request(), ticket(), NOW)).toEqual(['day']);
    expect(decidePayload(AS_ASKED, request(), ticket())).toMatchObject({ request_id: 'r', verdict: 'approved', day: null, unit_id: null, wrongly_routed: false });
    expect(decidePayload({ ...AS_ASKED, day: '2026-12-01', wrongly_routed: true }, request(), ticket())).toMatchObject({ day: '2026-12-01', wrongly_routed: false });
  });

  it('sends back to somebody else only', () => {
    const back = request({ what: 'send_back', wanted_day: null });
    expect(answerFaults(AS_ASKED, back, ticket(), NOW)).toEqual(['unit']);
    expect(answerFaults({ ...AS_ASKED, unit: 'township:t1' }, back, ticket(), NOW)).toEqual(['unit']);
    expect(answerFaults(AS_ASKED, { ...back, unit_kind: 'department', unit_id: 'd1' }, ticket(), NOW)).toEqual([]);
    expect(decidePayload({ ...AS_ASKED, unit: 'township:t2', wrongly_routed: true }, back, ticket())).toMatchObject({ unit_kind: 'township', unit_id: 't2', wrongly_routed: true, day: null });
  });

  it('gives a department working days, not a day', () => {
    const refer = request({ what: 'refer', wanted_day: null, unit_kind: 'department', unit_id: 'd1' });
    expect(answerFaults(AS_ASKED, refer, ticket(), NOW)).toEqual([]);
    // As many as the county usually gives: its setting, not ours.
    expect(decidePayload(AS_ASKED, refer, ticket())).toMatchObject({ verdict: 'approved', day: null, unit_id: null });
    expect(decidePayload(AS_ASKED, refer, ticket())).not.toHaveProperty('days');
    expect(decidePayload({ ...AS_ASKED, unit: 'department:d2', days: '8' }, refer, ticket())).toMatchObject({ days: 8, unit_kind: 'department', unit_id: 'd2' });
    for (const days of ['0', '121', '2.5', 'x']) expect(answerFaults({ ...AS_ASKED, days }, refer, ticket(), NOW), days).toEqual(['day']);
    expect(decidePayload({ ...AS_ASKED, verdict: 'denied', note: '先自己办' }, refer, ticket())).not.toHaveProperty('days');
    expect(decidePayload(AS_ASKED, request(), ticket())).not.toHaveProperty('days');
  });

  it('says why when it does not agree', () => {
    expect(answerFaults({ ...AS_ASKED, verdict: 'denied', note: ' ' }, request(), ticket(), NOW)).toEqual(['note']);
    expect(decidePayload({ ...AS_ASKED, verdict: 'denied', note: ' 期限还够 ', day: '2026-12-01' }, request(), ticket())).toMatchObject({ verdict: 'denied', note: '期限还够', day: null });
  });
});

describe('the office beside it', () => {
  it('changes only what was changed, with a reason, and nothing to before today', () => {
    const form = editOf(ticket());
    expect(form).toEqual({ severity: 'minor', is_static: true, day: '2026-11-27', reason: '' });
    expect(editFaults(form, ticket(), NOW)).toEqual(['nothing', 'reason']);
    expect(editFaults({ ...form, day: '2026-11-20', reason: '早点' }, ticket(), NOW)).toEqual(['day']);
    expect(editPayload({ ...form, severity: 'major', reason: '更重' }, ticket())).toEqual({ ticket_id: 'k', seen_version: 4, severity: 'major', is_static: null, due_day: null, reason: '更重' });
    expect(editOf(ticket({ due_at: null, official_due_at: null })).day).toBe('');
  });

  it('merges the same fault only', () => {
    const here = { ...ticket({ site_id: 's', item_code: 'A' }), lon: null, lat: null };
    const others = [
      { ...here, id: '1' },
      { ...here, id: '2', item_code: 'B' },
      { ...here, id: '3', site_id: 's2' },
      { ...here, id: '4', state: 'closed' as const },
      here,
    ];
    expect(mergeable(here, others).map((one) => one.id)).toEqual(['1']);
    const away = { ...here, site_id: null, lon: 105, lat: 30 };
    expect(mergeable(away, [{ ...away, id: '5', lat: 30.0015 }, { ...away, id: '6', lat: 30.003 }, { ...away, id: '7', lon: null }]).map((one) => one.id)).toEqual(['5']);
  });

  it('knows how long a fault that comes back is the same one', () => {
    const closed = { closed_at: '2026-11-01T02:00:00Z', is_static: true };
    expect(tooLate(closed, null, NOW)).toBe(false);
    expect(tooLate({ ...closed, is_static: false }, null, NOW)).toBe(true);
    expect(tooLate(closed, { field: { far_from_site_m: 150 }, words: { inspector_zh: '', inspector_en: '' }, deadlines: { relapse_static_days: 10 } }, NOW)).toBe(true);
    expect(tooLate({ ...closed, closed_at: null }, null, NOW)).toBe(false);
  });
});
