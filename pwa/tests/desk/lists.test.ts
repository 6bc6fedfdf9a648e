// A ticket must be found where people look for it, be counted once, and a filter must survive the address.
import { describe, expect, it } from 'vitest';
import { address, isOpen, listAddress, listFilters, OPEN, readFilters, searched } from '../../src/app/office/filters';
import { controlLate, likelyAllowed, may, metresBetween } from '../../src/app/tickets/ticket';
import { BELONGS, firstTab, inOrder, waiting } from '../../src/app/township/lists';
import type { Ticket } from '../../src/core';

const ticket = (id: string, over: Partial<Ticket>): Ticket => ({ id, state: 'in_progress', overdue: false, due_soon: false, due_at: '2026-11-24T16:00:00Z', closed_at: null, ...over }) as Ticket;

describe('tabs of the township', () => {
  const late = ticket('a', { state: 'rework', overdue: true });
  const soon = ticket('b', { due_soon: true, due_at: '2026-11-23T16:00:00Z' });
  const fresh = ticket('c', { state: 'issued' });
  const held = ticket('d', { state: 'on_hold', overdue: true });
  const gone = ticket('e', { state: 'submitted', overdue: true });
  const all = [late, soon, fresh, held, gone];

  it('shows a ticket under every tab that fits, and counts it once', () => {
    expect(BELONGS.overdue(late) && BELONGS.rework(late)).toBe(true);
    expect(waiting(all)).toBe(3);
  });

  it('does not call overdue what waits for the county or is on hold', () => {
    expect(inOrder('overdue', all).map((t) => t.id)).toEqual(['a']);
    expect(inOrder('in_progress', all).map((t) => t.id)).toEqual(['b', 'd']);
  });

  it('opens where something is to do, and somewhere when nothing is', () => {
    expect(firstTab([gone, late])).toBe('overdue');
    expect(firstTab([])).toBe('issued');
  });
});

describe('what a post may do', () => {
  it('reads kinds with and without their version', () => {
    expect(may({ allowed: ['ticket.issue/1'] }, 'ticket.issue')).toBe(true);
    expect(may({ allowed: ['ticket.issue'] }, 'ticket.issue')).toBe(true);
    expect(may({ allowed: ['ticket.issues/1'] }, 'ticket.issue')).toBe(false);
  });

  it('lets a village repair and only the deputy sign', () => {
    expect(likelyAllowed('village_cadre', 'in_progress')).toEqual(['ticket.rectify']);
    expect(likelyAllowed('deputy_leader', 'rework')).toContain('ticket.submit');
    expect(likelyAllowed('desk_officer', 'issued')).toContain('ticket.accept');
    expect(likelyAllowed('county_leader', 'in_progress')).toEqual([]);
    expect(likelyAllowed('deputy_leader', 'closed')).toEqual([]);
  });
});

describe('filters in the address', () => {
  it('come back as they went, without the empty and the unknown', () => {
    const filters = { state: 'issued,rework', is_static: 'true', q: '站牌 & 灯' };
    const path = address({ ...filters, border: '' });
    expect(readFilters(path.slice(path.indexOf('?') + 1) + '&colour=red')).toEqual(filters);
    expect(address({})).toBe('/tickets');
  });
});

describe('the hour of control', () => {
  const due = '2026-11-27T14:00:00Z';
  const ticket = (over: object, state = 'in_progress'): Ticket => ({ state, stages: [{ stage: 'control', due_at: due, done_at: null, late: false, ...over }] }) as unknown as Ticket;
  it('is late from the minute that it has passed, and stays so when the county says so', () => {
    const at = Date.parse(due);
    expect(controlLate(ticket({}), at)).toBe(false);
    expect(controlLate(ticket({}), at + 1)).toBe(true);
    expect(controlLate(ticket({}, 'submitted'), at + 1)).toBe(false);
    expect(controlLate(ticket({ done_at: '2026-11-27T13:00:00Z' }), at + 1)).toBe(false);
    expect(controlLate(ticket({ late: true, done_at: '2026-11-27T15:00:00Z' }, 'closed'), at + 1)).toBe(true);
    expect(controlLate({ state: 'issued' } as Ticket, at)).toBe(false);
  });
});

describe('distance to the fault', () => {
  it('is metres, and unknown without a position', () => {
    expect(metresBetween({ lon: 105, lat: 30 }, { lon: 105, lat: 30.001 })).toBeCloseTo(111.2, 0);
    expect(metresBetween({ lon: null, lat: 30 }, { lon: 105, lat: 30 })).toBeNull();
  });
});

describe('the list without a filter', () => {
  const queryOf = (to: string): string => to.split('?')[1] ?? '';

  it('begins with what is not finished, in any order asked for', () => {
    for (const query of [undefined, '', 'sort=newest', 'nonsense=1']) expect(isOpen(listFilters(query))).toBe(true);
    expect(listFilters('sort=newest')).toEqual({ sort: 'newest', state: OPEN.join(',') });
  });

  it('shows all when the filter was taken off, also on the way back', () => {
    const { state: _, ...rest } = listFilters('sort=newest');
    for (const taken of [{}, rest, { state: '' }]) expect(listFilters(queryOf(listAddress(taken))).state).toBeUndefined();
    expect(listFilters(queryOf(listAddress(rest)))).toEqual({ sort: 'newest' });
  });

  it('leaves links with filters as they were: every state, unless they name one', () => {
    expect(listFilters('site_id=a')).toEqual({ site_id: 'a' });
    expect(listFilters('state=closed')).toEqual({ state: 'closed' });
    expect(listFilters(queryOf(listAddress({ overdue: 'true' })))).toEqual({ overdue: 'true' });
    expect(readFilters('state=all')).toEqual({});
  });

  it('is searched as a whole where nobody has narrowed it: what is looked up by its number is often closed', () => {
    expect(searched({ state: OPEN.join(',') }, '26-0002')).toEqual({ q: '26-0002' });
    expect(searched({ state: OPEN.join(','), sort: 'newest' }, '26')).toEqual({ sort: 'newest', q: '26' });
    expect(searched({ state: OPEN.join(','), township_id: 't' }, '26')).toEqual({ state: OPEN.join(','), township_id: 't', q: '26' });
    expect(searched({ state: 'closed' }, '26')).toEqual({ state: 'closed', q: '26' });
    expect(searched({ state: 'closed', q: '26' }, '')).toEqual({ state: 'closed', q: '' });
  });
});
