// A ticket's history as sentences and its clock in words, from its events alone: whoever doubts a date can read where it comes from.
import type { TicketEvent } from '@/api/types';
import type { Ask, Severity, Ticket, TicketRequest } from '@/core';
import { day, dayTime, time } from '@/i18n/format';
import { story } from '@/i18n/story';
import { ticketWords } from '@/i18n/ticket-words';
import { tickets } from '@/i18n/tickets';
import { dayOf, noonOf, workingDaysBetween, type Exceptions } from '../tickets/workdays';

export interface Told {
  readonly title: string;
  readonly late: 'late' | 'arrived_late' | null;
  readonly notes: readonly string[];
  readonly event: TicketEvent;
}

type Data = Readonly<Record<string, unknown>>;

/** What a history is told with: the requests beside the ticket, and the names of units that are known. */
export interface Known {
  readonly requests?: readonly TicketRequest[] | undefined;
  readonly unitName?: (id: string) => string | null;
}

const text = (data: Data, key: string): string => {
  const value = data[key];
  return typeof value === 'string' ? value : '';
};
const count = (data: Data, key: string): number | null => {
  const value = data[key];
  return typeof value === 'number' ? value : null;
};
const part = (data: Data, key: string): Data => {
  const value = data[key];
  return typeof value === 'object' && value !== null ? (value as Data) : {};
};
const dataOf = (event: TicketEvent): Data => event.data ?? {};
/** The deadline that on-time goes by, as an event leaves it. */
const dueAfter = (data: Data): string => text(data, 'official_due_at') || text(data, 'due_at') || text(part(data, 'after'), 'official_due_at');

/** A plain day, or the day that a deadline ends: 24:00 of a day is 00:00 of the next one. */
export function dayWords(at: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(at)) return day(noonOf(at));
  return day(Date.parse(at) - (time(at) === '00:00' ? 1 : 0));
}

/** What the county said last to a hard case, since it was marked. */
export function hardAnswer(events: readonly TicketEvent[]): { readonly who: string; readonly until: string } | null {
  const last = inOrder(events).filter((event) => event.transition === 'hard_answered' || event.transition === 'hard_case').at(-1);
  if (last?.transition !== 'hard_answered') return null;
  return { who: text(dataOf(last), 'coordinator'), until: text(dataOf(last), 'until') };
}

/** The request that an event is about: its row where it is known, else what the event itself carries. */
function requestOf(data: Data, { requests = [] }: Known): Partial<TicketRequest> {
  return requests.find((one) => one.id === data['request_id']) ?? (text(data, 'what') ? { what: data['what'] as Ask } : {});
}

function titleOf(event: TicketEvent, request: Partial<TicketRequest>): string {
  const t = story();
  const what = request.what ?? 'other';
  switch (event.transition) {
    case 'asked':
    case 'denied':
    case 'ask_withdrawn':
      return t[event.transition][what];
    case 'overdue_lifted':
      return event.data?.['because'] === 'T12' ? t.overdue_early : t.overdue_lifted;
    case 'hard_case':
      return event.data?.['hard'] === false ? t.hard_solved : t.hard_case;
    default: {
      const word = (t as Readonly<Record<string, unknown>>)[event.transition];
      return typeof word === 'string' ? word : t.other;
    }
  }
}

/** Reasons of a check are codes, all others are people's own words. */
const reasonOf = (event: TicketEvent): string => (tickets().reason as Readonly<Record<string, string>>)[event.reason ?? ''] ?? event.reason ?? '';

/** One sentence each for what the step changed. `due` is the deadline before it. */
function changes(event: TicketEvent, request: Partial<TicketRequest>, due: string | null, known: Known): readonly string[] {
  const t = story();
  const data = dataOf(event);
  const now = dueAfter(data);
  const unit = known.unitName?.(text(data, 'unit_id') || text(data, 'department_id')) ?? '';
  const movedDue = now === '' ? '' : due === null ? t.due(dayWords(now)) : dayWords(due) === dayWords(now) ? '' : t.movedDue(dayWords(due), dayWords(now));
  switch (event.transition) {
    case 'T2':
      return [unit ? t.given(unit) : '', now ? t.due(dayWords(now)) : ''];
    case 'release':
    case 'T13':
      return [now ? t.due(dayWords(now)) : ''];
    case 'asked':
      return [
        request.wanted_day ? (request.what === 'hold' ? t.wantedReview : t.wantedDue)(dayWords(request.wanted_day)) : '',
        request.measure ? t.measure(request.measure) : '',
        request.unit_id ? t.toElse(request.unit_name ?? known.unitName?.(request.unit_id) ?? '') : '',
      ];
    case 'approval_asked':
      return [text(data, 'day') ? t.agreedUntil(dayWords(text(data, 'day'))) : ''];
    case 'T6':
      return [unit ? t.to(unit) : '', data['wrongly_routed'] === true ? t.clockAnew : text(data, 'waited') ? t.waited : t.clockKept, movedDue];
    case 'T7':
      return [movedDue];
    case 'T8':
      return [text(data, 'review_day') ? t.review(dayWords(text(data, 'review_day'))) : '', text(data, 'waited') ? t.waited : ''];
    case 'T9':
      return [data['recalled'] === true ? t.recalled : '', event.person_name === null ? t.byReviewDay : '', count(data, 'working_days') === null ? '' : t.heldFor(count(data, 'working_days') ?? 0), movedDue];
    case 'T12': {
      const given = text(data, 'due_at');
      return [given && due !== null && dayWords(given) !== dayWords(text(data, 'official_due_at') || due) ? t.clock.rework(dayWords(given)) : ''];
    }
    case 'hard_answered':
      return [text(data, 'coordinator') ? t.coordinates(text(data, 'coordinator'), dayWords(text(data, 'until'))) : ''];
    case 'T16':
      return [count(data, 'no') === null ? '' : t.reminder(count(data, 'no') ?? 1), data['reissued'] === true ? t.reissued : ''];
    case 'T17':
      return edited(part(data, 'before'), part(data, 'after'));
    case 'T5':
      return [text(data, 'signed_by') ? t.signedSheet(text(data, 'signed_at') ? dayTime(text(data, 'signed_at')) : '') : ''];
    case 'campaign_joined':
      return [text(data, 'name') ? t.campaign(text(data, 'name')) : '', data['baseline'] === false && data['again'] !== true ? t.joinedLater : '', text(data, 'day') ? t.zeroDay(dayWords(text(data, 'day'))) : '', movedDue];
    case 'campaign_left':
      return [text(data, 'name') ? t.campaign(text(data, 'name')) : '', t.leftBy[text(data, 'why')] ?? '', movedDue];
    case 'looked_back':
      return [text(data, 'result') === 'not_held' ? t.notHeld : t.held];
    case 'milestone':
      return [[text(data, 'name'), text(data, 'done_on') ? dayWords(text(data, 'done_on')) : ''].filter(Boolean).join(' · ')];
    case 'referred':
      return [unit || (request.unit_name ?? '') ? t.to(unit || (request.unit_name ?? '')) : '', text(data, 'referral_due_at') ? t.referDue(dayWords(text(data, 'referral_due_at'))) : '', text(data, 'waited') ? t.waited : ''];
    case 'refer_done':
    case 'refer_returned':
      return [data['late'] === true ? t.referLate : '', count(data, 'working_days') === null ? '' : t.referHeld(count(data, 'working_days') ?? 0), movedDue];
    case 'escalated':
      return [t.escalatedTo(roles(data).join(' / ')), count(data, 'overdue_days') === null ? '' : t.overdueDays(count(data, 'overdue_days') ?? 0)];
    case 'T10':
      return [text(part(data, 'delegation'), 'by_name') ? t.delegatedBy(text(part(data, 'delegation'), 'by_name')) : ''];
    case 'attempt':
      return [text(data, 'taken_by') ? t.takenBy(text(data, 'taken_by')) : ''];
    case 'control_overdue':
      return [text(data, 'passed') ? t.controlBy(dayTime(text(data, 'passed'))) : ''];
    case 'took_in':
      return [count(data, 'sightings') === null ? '' : t.sightings(count(data, 'sightings') ?? 1)];
    default:
      return [];
  }
}

/** Whom an escalation was told to, in words. */
const roles = (data: Data): readonly string[] => {
  const to = data['to'];
  return Array.isArray(to) ? to.map((role) => (tickets().role as Readonly<Record<string, string>>)[String(role)] ?? String(role)) : [];
};

/** T17 keeps what it was. */
function edited(before: Data, after: Data): readonly string[] {
  const t = story();
  const grade = (value: unknown): string => ticketWords().severity[value as Severity] ?? String(value);
  const kind = (value: unknown): string => (value === true ? ticketWords().isStatic : ticketWords().notStatic);
  const [was, is] = [dueAfter(before), dueAfter(after)];
  return [
    before['severity'] === after['severity'] ? '' : t.severity(grade(before['severity']), grade(after['severity'])),
    before['is_static'] === after['is_static'] ? '' : t.kind(kind(before['is_static']), kind(after['is_static'])),
    was && is && dayWords(was) !== dayWords(is) ? t.movedDue(dayWords(was), dayWords(is)) : '',
  ];
}

const inOrder = (events: readonly TicketEvent[]): readonly TicketEvent[] => [...events].sort((a, b) => a.version - b.version || a.accepted_at.localeCompare(b.accepted_at));

/** The whole story, newest first. */
export function tell(events: readonly TicketEvent[], known: Known = {}): readonly Told[] {
  const t = story();
  let due: string | null = null;
  const told = inOrder(events).map((event): Told => {
    const data = dataOf(event);
    const request = requestOf(data, known);
    const notes = [
      ...changes(event, request, due, known),
      reasonOf(event),
      event.transition === 'T12' ? text(data, 'note') : '',
      text(data, 'person_named') ? t.named(text(data, 'person_named')) : '',
      data['on_site'] === true ? t.onSite : '',
    ].filter(Boolean);
    // A returned repair has a little longer for itself, and a stage a limit of its own; neither is a new deadline.
    due = event.transition === 'stage' ? due : (event.transition === 'T12' ? text(data, 'official_due_at') : dueAfter(data)) || due;
    const late = data['arrived_late'] === true ? 'arrived_late' : data['late'] === true ? 'late' : null;
    // The same words twice say nothing more.
    return { title: titleOf(event, request), late, notes: [...new Set(notes)], event };
  });
  return told.reverse();
}

/** Steps of the county that the unit should see at once, and steps of the unit that answer them. */
const TO_UNIT: readonly string[] = ['T7', 'T9', 'T13', 'T16', 'T17', 'denied', 'referred', 'refer_done', 'refer_returned'];
const BY_UNIT: readonly string[] = ['T5', 'attempt', 'stage', 'milestone', 'T10'];

/** Answers, reminders, changes and a relapse that the unit has not acted upon yet; of each kind the newest. */
export function sinceUnit(events: readonly TicketEvent[]): readonly TicketEvent[] {
  const all = inOrder(events);
  const last = all.findIndex((_, i) => all.slice(i).every((event) => !BY_UNIT.includes(event.transition)));
  if (last < 0) return [];
  const told = all.slice(last).filter((event) => TO_UNIT.includes(event.transition));
  return told.filter((event, i) => !told.slice(i + 1).some((later) => later.transition === event.transition));
}

type Clocked = Pick<Ticket, 'state' | 'issued_at' | 'due_at' | 'official_due_at' | 'deadline_days'> & Pick<Ticket, 'first_due_at' | 'held_at' | 'review_day' | 'zero_day' | 'deadline_unit' | 'referral'>;

/** The working days that checks took, until the county had the verdict: the unit's clock stood still meanwhile. */
function checkDays(events: readonly TicketEvent[], off: Exceptions): number {
  let since: string | null = null;
  let days = 0;
  for (const event of inOrder(events)) {
    if (event.transition === 'T10') since = event.observed_at;
    if (event.transition === 'T12' && since !== null) days += workingDaysBetween(dayOf(since), dayOf(event.accepted_at), off);
  }
  return days;
}

/** From which day, how many days or hours. */
function fromWords({ issued_at, deadline_days, deadline_unit = 'working_days' }: Clocked): string {
  const c = story().clock;
  const from = day(issued_at ?? 0);
  return deadline_unit === 'working_days' ? c.from(from, deadline_days ?? 0) : c.fromHours[deadline_unit](from, time(issued_at ?? 0), deadline_days ?? 0);
}

/** "Due by 30 Nov: 5 working days from 23 Nov, extended once (was 27 Nov)." Empty while there is no clock. */
export function clockWords(ticket: Clocked, events: readonly TicketEvent[], off: Exceptions): readonly string[] {
  const c = story().clock;
  const due = ticket.official_due_at ?? ticket.due_at;
  if (!ticket.issued_at || !due || ['pending', 'declined', 'merged', 'void', 'closed'].includes(ticket.state)) return [];
  const of = (transition: string): readonly TicketEvent[] => events.filter((event) => event.transition === transition);
  const first = (ticket.first_due_at ?? dueAfter(dataOf(of('T2')[0] ?? ({ data: null } as TicketEvent)))) || due;
  const extensions = of('T7').length;
  const held = ['T9', 'refer_done', 'refer_returned'].flatMap(of).reduce((sum, event) => sum + (count(dataOf(event), 'working_days') ?? 0), 0);
  const checked = checkDays(events, off);
  const anew = [...of('T6').filter((event) => event.data?.['wrongly_routed'] === true), ...of('T13')].at(-1);
  const changed = of('T17').some((event) => dueAfter(part(dataOf(event), 'before')) !== dueAfter(part(dataOf(event), 'after')));
  const moved = dayWords(first) !== dayWords(due);
  const why = [
    anew ? c.anew(day(anew.accepted_at)) : fromWords(ticket),
    extensions > 0 ? c.extended(extensions, dayWords(first)) : '',
    held > 0 ? c.held(held) : '',
    checked > 0 ? c.check(checked) : '',
    changed ? c.edited : '',
    moved && extensions === 0 ? c.moved(dayWords(first)) : '',
  ].filter(Boolean);
  const lines = [c.due(dayWords(due), time(due) === '00:00' ? '24:00' : time(due)) + c.basis + why.join(c.join)];
  if (ticket.zero_day) lines.push(c.zero(dayWords(ticket.zero_day)));
  if (ticket.state === 'submitted') lines.push(c.paused);
  if (ticket.state === 'on_hold' && ticket.referral?.state === 'open') lines.push(c.referred(ticket.referral.department_name ?? '', dayWords(ticket.referral.due_at)));
  else if (ticket.state === 'on_hold') lines.push([ticket.held_at ? c.onHold(day(ticket.held_at)) : '', ticket.review_day ? c.review(dayWords(ticket.review_day)) : ''].filter(Boolean).join(c.join));
  if (ticket.state === 'rework' && ticket.due_at && dayWords(ticket.due_at) !== dayWords(due)) lines.push(c.rework(dayWords(ticket.due_at)));
  return lines;
}
