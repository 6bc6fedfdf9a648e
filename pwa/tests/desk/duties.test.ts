// Each duty finds its own work, nobody signs what is not his to sign, and a place without a person to turn to stands first.
import { describe, expect, it } from 'vitest';
import type { Delegation, Honour, Liaison } from '../../src/api/duties';
import { byTicket, monthsToShow, sectionsOf, toSign, type Day } from '../../src/app/duties/day';
import { bySubject } from '../../src/app/duties/honours';
import { lengthOf, plusDays, spanFault, spanOf } from '../../src/app/duties/span';
import { covers, signsTicket } from '../../src/app/duties/signs';
import type { Ticket, TicketRequest } from '../../src/core';

const ticket = (id: string, over: Partial<Ticket> = {}): Ticket =>
  ({ id, state: 'in_progress', severity: 'minor', overdue: false, due_soon: false, due_at: '2026-11-24T16:00:00Z', closed_at: null, attempts: 0, requests: [], ...over }) as Ticket;
const asked = (what: TicketRequest['what'], state: TicketRequest['state'] = 'open'): TicketRequest => ({ id: what, what, state }) as TicketRequest;
const day = (over: Partial<Day> = {}): Day => ({ signs: () => true, drafts: new Map(), ...over });
const groups = (role: Parameters<typeof sectionsOf>[0], tickets: readonly Ticket[], about = day()): Record<string, string[]> =>
  Object.fromEntries(sectionsOf(role, tickets, about).map(({ group, tickets: rows }) => [group, rows.map((one) => one.id)]));

const waits = ticket('waits', { to_sign_id: 'a', attempts: 1 });
const fresh = ticket('fresh', { state: 'issued' });
const back = ticket('back', { state: 'rework', attempts: 1 });
const late = ticket('late', { overdue: true, attempts: 1, due_at: '2026-11-20T16:00:00Z' });
const bare = ticket('bare');
const hard = ticket('hard', { hard_case: true, attempts: 1 });
const held = ticket('held', { state: 'on_hold', review_day: '2026-12-20', hard_case: true });
const gone = ticket('gone', { state: 'submitted', to_sign_id: null, attempts: 1 });
const all = [waits, fresh, back, late, bare, hard, held, gone];

describe('the day of each duty', () => {
  it('gives the deputy what waits for a signature, first', () => {
    const found = sectionsOf('deputy_leader', all, day());
    expect(found[0]?.group).toBe('to_sign');
    // What is over comes before what is nearly over.
    const near = ticket('near', { due_soon: true, attempts: 1 });
    const order = sectionsOf('deputy_leader', [near, ...all], day()).map(({ group }) => group);
    expect(order.indexOf('overdue')).toBeLessThan(order.indexOf('due'));
    expect(order).toContain('due');
    expect(groups('deputy_leader', all)).toMatchObject({ to_sign: ['waits'], rework: ['back'], overdue: ['late'], issued: ['fresh'] });
  });

  it('gives the desk officer what to accept and what nobody has begun, and signatures only by a delegation', () => {
    const none = groups('desk_officer', all, day({ signs: () => false }));
    expect(none).toMatchObject({ issued: ['fresh'], hand_out: ['bare'] });
    expect(none['to_sign']).toBeUndefined();
    expect(groups('desk_officer', all)['to_sign']).toEqual(['waits']);
  });

  it('puts what the village sent before handing it out again', () => {
    const found = groups('desk_officer', all, day({ drafts: new Map([['bare', 2]]) }));
    expect(found['drafts']).toEqual(['bare']);
    expect(found['hand_out']).toBeUndefined();
  });

  it('gives the main leader hard cases to put on hold, until it was asked for', () => {
    expect(groups('main_leader', all)).toEqual({ overdue: ['late'], hold: ['hard'], hard: ['held'], held: ['held'] });
    expect(groups('main_leader', [ticket('hard', { hard_case: true, requests: [asked('hold')] })])).toEqual({ hard: ['hard'] });
  });

  it('gives the village all that is with it, soonest first, and nothing that waits for the county', () => {
    expect(groups('village_cadre', all)).toEqual({ mine: ['late', 'back', 'bare', 'fresh', 'hard'], sent: ['waits'] });
  });

  it('shows requests of any kind that wait, also of what is on hold', () => {
    expect(groups('deputy_leader', [ticket('r', { requests: [asked('refer')] }), ticket('d', { requests: [asked('extension', 'denied')] })])['waiting']).toEqual(['r']);
  });

  it('has nothing for whoever has no duty in a township', () => {
    expect(sectionsOf('office', all, day())).toEqual([]);
  });

  it('does not offer a signature once it was given', () => {
    expect(toSign(gone)).toBe(false);
    expect(toSign(ticket('s', { state: 'submitted', to_sign_id: 'a' }))).toBe(false);
  });
});

describe('beside the tickets', () => {
  it('counts what the village sent by ticket', () => {
    expect([...byTicket([{ ticket_id: 'a' }, { ticket_id: 'b' }, { ticket_id: 'a' }])]).toEqual([['a', 2], ['b', 1]]);
  });

  it('shows a colour only once it is published', () => {
    const row = (month: string, published_at: string | null, planned = true, plan_due = '2026-11-06T16:00:00Z') => ({ id: month, month, standing: 'red' as const, published_at, planned, plan_due });
    const shown = (rows: Parameters<typeof monthsToShow>[0]) => monthsToShow(rows, Date.parse('2026-12-02T00:00:00Z')).map((one) => [one.row.month, one.plan]);
    expect(shown([row('2026-09', 'x'), row('2026-11', null), row('2026-10', 'x')])).toEqual([['2026-10', null]]);
    expect(shown([row('2026-11', null)])).toEqual([]);
    // What still lacks its plan comes first, the oldest of all; it is not told twice.
    const lacking = [row('2026-10', 'x'), row('2026-09', 'x', false), row('2026-08', 'x', false, '2026-12-06T16:00:00Z'), row('2026-07', 'x')];
    expect(shown(lacking)).toEqual([['2026-08', 'waited'], ['2026-10', null]]);
    expect(shown([row('2026-09', 'x'), row('2026-10', 'x', false)])).toEqual([['2026-10', 'late']]);
    expect(shown([{ ...row('2026-10', 'x', false), standing: 'green' as const }])).toEqual([['2026-10', null]]);
  });
});

describe('who may sign', () => {
  const post = { id: 'post', role: 'desk_officer' as const, township_id: 'here' };
  const lent: Delegation = {
    id: 'd', township_id: 'here', township_name: '', deputy_post_id: 'x', deputy_name: '', desk_post_id: null, desk_name: null, severities: ['minor'],
    from_day: '2026-11-20', to_day: '2026-11-29', reason: '', created_at: '', revoked_at: null, revoked_by_name: null, active: true,
  };

  it('covers its severities, from its first to its last day, in its own township', () => {
    expect(covers(lent, post, waits, '2026-11-20')).toBe(true);
    expect(covers(lent, post, waits, '2026-11-29')).toBe(true);
    expect(covers(lent, post, waits, '2026-11-30')).toBe(false);
    expect(covers(lent, post, waits, '2026-11-19')).toBe(false);
    expect(covers(lent, post, ticket('m', { severity: 'major' }), '2026-11-25')).toBe(false);
    expect(covers({ ...lent, township_id: 'there' }, post, waits, '2026-11-25')).toBe(false);
    expect(covers({ ...lent, desk_post_id: 'another' }, post, waits, '2026-11-25')).toBe(false);
    expect(covers({ ...lent, revoked_at: '2026-11-22T00:00:00Z' }, post, waits, '2026-11-25')).toBe(false);
  });

  it('goes by the county’s day, not the phone’s', () => {
    // 16:30 UTC is already the next day in the county.
    expect(signsTicket(post, waits, [lent], Date.parse('2026-11-29T15:30:00Z'))).toBe(true);
    expect(signsTicket(post, waits, [lent], Date.parse('2026-11-29T16:30:00Z'))).toBe(false);
  });

  it('without a network goes by what the row says, and never gives it to a village', () => {
    expect(signsTicket(post, ticket('a', { may_sign: 'delegated' }), null)).toBe(true);
    expect(signsTicket(post, waits, null)).toBe(false);
    expect(signsTicket({ ...post, role: 'village_cadre' }, ticket('a', { may_sign: 'delegated' }), [lent])).toBe(false);
    expect(signsTicket({ ...post, role: 'deputy_leader' }, waits, null)).toBe(true);
  });
});

describe('a span of days', () => {
  it('counts both ends, over months and years', () => {
    expect(lengthOf({ from: '2026-11-29', to: '2026-11-29' })).toBe(1);
    expect(spanOf('2026-12-30', 3)).toEqual({ from: '2026-12-30', to: '2027-01-01' });
    expect(plusDays('2028-02-28', 1)).toBe('2028-02-29');
  });

  it('says what is wrong with it', () => {
    const fault = (from: string, to: string): string | null => spanFault({ from, to }, '2026-11-29', 30);
    expect([fault('', '2026-12-01'), fault('2026-12-02', '2026-12-01'), fault('2026-11-28', '2026-12-01'), fault('2026-11-29', '2026-12-29'), fault('2026-11-29', '2026-12-28')]).toEqual(['missing', 'order', 'past', 'long', null]);
  });
});

describe('honours and liaisons', () => {
  const liaison = (over: Partial<Liaison> = {}): Liaison => ({ id: 'l', subject_kind: 'site', subject_id: 'a', post_id: 'p', person_name: '王干事', role: 'desk_officer', unit_name: '', since: '2026-01-01T00:00:00Z', ended_at: null, post_valid: true, ...over });
  const honour = (id: string, over: Partial<Honour> = {}): Honour =>
    ({ id, subject_kind: 'site', subject_id: id, subject_name: id, level: 'county', title: '文明村', year: 2025, valid: true, liaison: null, recheck_day: null, ...over }) as Honour;

  it('keeps a place once, its highest honour first', () => {
    const [place, ...more] = bySubject([honour('a', { liaison: liaison() }), honour('b', { subject_id: 'a', level: 'provincial', liaison: liaison() })]);
    expect(more).toEqual([]);
    expect(place?.honours.map((one) => one.level)).toEqual(['provincial', 'county']);
    expect(place?.gap).toBe(null);
  });

  it('puts a place first that has nobody, or somebody who has left', () => {
    const found = bySubject([honour('kept', { level: 'national', liaison: liaison() }), honour('left', { liaison: liaison({ post_valid: false }) }), honour('empty', { liaison: liaison({ ended_at: '2026-02-01T00:00:00Z' }) })]);
    expect(found.map((one) => [one.name, one.gap])).toEqual([['empty', 'none'], ['left', 'ended'], ['kept', null]]);
  });

  it('asks for nobody where the honour is no longer valid', () => {
    expect(bySubject([honour('a', { valid: false })])).toEqual([]);
  });
});
