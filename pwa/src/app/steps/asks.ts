// What a unit may ask the county for, and which days it is offered: the same rules as the county's, so that nobody fills in what is refused.
import type { TicketPage } from '@/api/types';
import type { Ask, Payloads, Post, Ticket, TicketRequest, UnitKind } from '@/core';
import { addWorkingDays, dayOf, lastDay, type Exceptions } from '../tickets/workdays';

type Asked = Pick<Ticket, 'state' | 'unit_kind' | 'unit_id' | 'due_at' | 'official_due_at' | 'requests'>;

/** Where each request makes sense (T6, T7, T8). */
const STATES: Readonly<Record<Ask, readonly Ticket['state'][]>> = {
  send_back: ['issued', 'in_progress'],
  extension: ['in_progress', 'rework'],
  hold: ['in_progress', 'rework'],
  refer: ['in_progress', 'rework'],
};

/** A department that repairs has one duty, which asks for all. */
const ROLES: Readonly<Record<Ask, readonly Post['role'][]>> = {
  send_back: ['desk_officer', 'deputy_leader', 'department'],
  extension: ['deputy_leader', 'department'],
  hold: ['main_leader', 'department'],
  // A department has nobody to turn to in this way.
  refer: ['deputy_leader', 'main_leader'],
};

const ALL: readonly Ask[] = ['extension', 'send_back', 'hold', 'refer'];

/** Those with a day in them. */
export type Timed = 'extension' | 'hold';
export const timedAsk = (what: Ask): Timed | null => (what === 'extension' || what === 'hold' ? what : null);

export const ownUnit = (post: Pick<Post, 'unit_kind' | 'unit_id' | 'township_id'>, ticket: Pick<Ticket, 'unit_kind' | 'unit_id'>): boolean =>
  ticket.unit_id !== null && ticket.unit_id === (ticket.unit_kind === 'township' ? post.township_id : post.unit_id);

/** Which duty asks for what, whatever the ticket's state. */
export const asksOfRole = (role: Post['role']): readonly Ask[] => ALL.filter((what) => ROLES[what].includes(role));

/** What this post may ask for now. More time is asked for before the time is over; one open request of a kind at a time. */
export function asksOf(post: Pick<Post, 'role' | 'unit_kind' | 'unit_id' | 'township_id'>, ticket: Asked, now: number): readonly Ask[] {
  if (!ownUnit(post, ticket)) return [];
  const due = ticket.official_due_at ?? ticket.due_at;
  return asksOfRole(post.role).filter(
    (what) => STATES[what].includes(ticket.state) && openRequest(ticket, what) === null && (what !== 'extension' || (due !== null && now < Date.parse(due))),
  );
}

/** The difficulty itself may be marked by those who lead. */
export const marksHard = (post: Pick<Post, 'role' | 'unit_kind' | 'unit_id' | 'township_id'>, ticket: Pick<Ticket, 'state' | 'unit_kind' | 'unit_id'>): boolean =>
  ['deputy_leader', 'main_leader', 'department'].includes(post.role) && ownUnit(post, ticket) && ['issued', 'in_progress', 'rework', 'on_hold', 'submitted'].includes(ticket.state);

export const openRequest = (ticket: Pick<Ticket, 'requests'>, what: Ask): TicketRequest | null =>
  (ticket.requests ?? []).find((one) => one.what === what && one.state === 'open') ?? null;

/** The name of the building work that a request names; known where the whole ticket is here. */
export function projectOf(ticket: object, request: Pick<TicketRequest, 'project_id'>): string | null {
  const known = (ticket as Partial<TicketPage>).projects ?? [];
  return (request.project_id && known.find((one) => one.id === request.project_id)?.name) || null;
}

export const openRequests = (ticket: Pick<Ticket, 'requests'>): readonly TicketRequest[] => (ticket.requests ?? []).filter((one) => one.state === 'open');

/** The newest answered one of each kind, newest first: what was decided and why stays in sight. */
export function answered(ticket: Pick<Ticket, 'requests'>): readonly TicketRequest[] {
  const newest = new Map<Ask, TicketRequest>();
  for (const one of [...(ticket.requests ?? [])].sort((a, b) => a.asked_at.localeCompare(b.asked_at))) if (one.state !== 'open') newest.set(one.what, one);
  return [...newest.values()].filter((one) => openRequest(ticket, one.what) === null).sort((a, b) => b.asked_at.localeCompare(a.asked_at));
}

export interface Preset {
  readonly days: number;
  readonly day: string;
}

/** Days offered with one tap: more time counts from the present last day, looking again from today. */
export function presets(what: Timed, ticket: Pick<Ticket, 'due_at' | 'official_due_at'>, now: number, off: Exceptions): readonly Preset[] {
  const from = what === 'hold' ? dayOf(now) : startOf(ticket, now);
  return (what === 'hold' ? [10, 20, 60] : [3, 5, 10]).map((days) => ({ days, day: addWorkingDays(from, days, off) }));
}

/** The first day that may be asked for. */
export function firstDay(what: Timed, ticket: Pick<Ticket, 'due_at' | 'official_due_at'>, now: number): string {
  const today = dayOf(now);
  const due = ticket.official_due_at ?? ticket.due_at;
  const last = what === 'hold' || due === null ? today : lastDay(due);
  return last < today ? today : new Date(Date.parse(`${last}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** The present last day; never a day that is over. */
function startOf(ticket: Pick<Ticket, 'due_at' | 'official_due_at'>, now: number): string {
  const due = ticket.official_due_at ?? ticket.due_at;
  const today = dayOf(now);
  const last = due === null ? today : lastDay(due);
  return last > today ? last : today;
}

/** What the sheet holds while it is filled in. */
export interface AskForm {
  readonly what: Ask;
  readonly reason: string;
  readonly day: string;
  readonly measure: string;
  /** `township:<id>`, `department:<id>`, or '' where the author does not know. */
  readonly unit: string;
  /** The project that needs the time, or ''. */
  readonly project: string;
}

export const EMPTY_ASK: Omit<AskForm, 'what'> = { reason: '', day: '', measure: '', unit: '', project: '' };

export type AskFault = 'reason' | 'day' | 'measure' | 'unit';

/** What is still missing; empty = may be sent. */
export function faultsOf(form: AskForm, ticket: Pick<Ticket, 'due_at' | 'official_due_at'>, now: number): readonly AskFault[] {
  const faults: AskFault[] = form.reason.trim() === '' ? ['reason'] : [];
  if (form.what === 'refer' && unitOf(form.unit).unit_kind !== 'department') faults.push('unit');
  const timed = timedAsk(form.what);
  if (!timed) return faults;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(form.day) || form.day < firstDay(timed, ticket, now)) faults.push('day');
  if (form.measure.trim() === '') faults.push('measure');
  return faults;
}

/** A unit as one choice of a list. */
export function unitOf(choice: string): { readonly unit_kind: UnitKind | null; readonly unit_id: string | null } {
  const [kind, id] = choice.split(':');
  return (kind === 'township' || kind === 'department') && id ? { unit_kind: kind, unit_id: id } : { unit_kind: null, unit_id: null };
}

export function askPayload(form: AskForm, ticket: Pick<Ticket, 'id' | 'version'>, request_id: string): Payloads['ticket.ask'] {
  const timed = timedAsk(form.what) !== null;
  return {
    ticket_id: ticket.id,
    seen_version: ticket.version,
    request_id,
    what: form.what,
    reason: form.reason.trim(),
    wanted_day: timed ? form.day : null,
    measure: form.what === 'send_back' ? '' : form.measure.trim(),
    ...(timed ? { unit_kind: null, unit_id: null } : unitOf(form.unit)),
    ...(form.what === 'extension' && form.project !== '' ? { project_id: form.project } : {}),
  };
}
