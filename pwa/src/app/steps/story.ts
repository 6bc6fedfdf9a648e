// A ticket's history as sentences from its events alone: whoever doubts a date can read where it comes from.
import type { TicketEvent } from '@/api/types';
import type { Ask, Severity, TicketRequest } from '@/core';
import { dayTime } from '@/i18n/format';
import { story } from '@/i18n/story';
import { ticketWords } from '@/i18n/ticket-words';
import { tickets } from '@/i18n/tickets';
import { dayWords } from '../tickets/due';
import { BY_CAMPAIGN, count, dataOf, dueAfter, heldBy, inOrder, later, moves, part, text, type Data, type Move } from './moves';

export interface Told {
  readonly title: string;
  readonly late: 'late' | 'arrived_late' | null;
  readonly notes: readonly string[];
  /** Who did it: a person, or what moved by itself. */
  readonly who: string;
  readonly event: TicketEvent;
}

/** What a history is told with: the requests beside the ticket, and the names of units that are known. */
export interface Known {
  readonly requests?: readonly TicketRequest[] | undefined;
  readonly unitName?: (id: string) => string | null;
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

/** One sentence each for what the step changed. */
function changes(move: Move, request: Partial<TicketRequest>, known: Known): readonly string[] {
  const t = story();
  const { event, before: due, zero } = move;
  const data = dataOf(event);
  const now = dueAfter(data);
  const unit = known.unitName?.(text(data, 'unit_id') || text(data, 'department_id')) ?? '';
  const movedDue = now === '' ? '' : due === null ? t.due(dayWords(now)) : dayWords(due) === dayWords(now) ? '' : t.movedDue(dayWords(due), dayWords(now));
  // Where days would have moved it and a campaign's date did not let them.
  const capped = zero && heldBy(zero.day, move.after) ? t.capped(zero.name, dayWords(zero.day)) : '';
  const rested = (words: (n: number, later: boolean) => string): readonly string[] => {
    const n = count(data, 'working_days');
    return n === null ? [movedDue] : [words(n, later(move)), n > 0 ? capped : '', movedDue];
  };
  switch (event.transition) {
    case 'T2':
      return [unit ? t.given(unit) : '', now ? t.due(dayWords(now)) : '', acceptBy(data)];
    case 'release':
    case 'T13':
      return [now ? t.due(dayWords(now)) : '', acceptBy(data)];
    case 'asked':
      return [
        request.wanted_day ? (request.what === 'hold' ? t.wantedReview : t.wantedDue)(dayWords(request.wanted_day)) : '',
        request.measure ? t.measure(request.measure) : '',
        request.unit_id ? t.toElse(request.unit_name ?? known.unitName?.(request.unit_id) ?? '') : '',
      ];
    case 'approval_asked':
      return [text(data, 'day') ? t.agreedUntil(dayWords(text(data, 'day'))) : ''];
    case 'T6':
      return [unit ? t.to(unit) : '', data['wrongly_routed'] === true ? t.clockAnew : text(data, 'waited') ? t.waited : t.clockKept, data['wrongly_routed'] === true || text(data, 'waited') ? capped : '', movedDue];
    case 'T7':
      return [movedDue];
    case 'T8':
      return [text(data, 'review_day') ? t.review(dayWords(text(data, 'review_day'))) : '', text(data, 'waited') ? t.waited : ''];
    case 'T9':
      return [data['recalled'] === true ? t.recalled : '', event.person_name === null ? t.byReviewDay : '', ...rested(t.heldFor)];
    case 'T12': {
      const given = text(data, 'due_at');
      const official = text(data, 'official_due_at');
      return [given && due !== null && dayWords(given) !== dayWords(official || due) ? t.clock.rework(dayWords(given)) : '', official ? movedDue : ''];
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
      return [data['late'] === true ? t.referLate : '', ...rested(t.referHeld)];
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

/** By when it is to be accepted, where an event begins that time. */
const acceptBy = (data: Data): string => (text(data, 'accept_by') ? story().acceptBy(dayWords(text(data, 'accept_by'))) : '');

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

/** A campaign's date comes by itself, whoever's step it came with. */
const whoOf = (event: TicketEvent): string => (BY_CAMPAIGN.includes(event.transition) ? story().byCampaign : (event.person_name ?? story().system));

/** The whole story, newest first. */
export function tell(events: readonly TicketEvent[], known: Known = {}): readonly Told[] {
  const t = story();
  const told = moves(events).map((move): Told => {
    const { event } = move;
    const data = dataOf(event);
    const request = requestOf(data, known);
    const notes = [
      ...changes(move, request, known),
      reasonOf(event),
      event.transition === 'T12' ? text(data, 'note') : '',
      text(data, 'person_named') ? t.named(text(data, 'person_named')) : '',
      data['on_site'] === true ? t.onSite : '',
    ].filter(Boolean);
    const late = data['arrived_late'] === true ? 'arrived_late' : data['late'] === true ? 'late' : null;
    // The same words twice say nothing more.
    return { title: titleOf(event, request), late, notes: [...new Set(notes)], who: whoOf(event), event };
  });
  return told.reverse();
}

/** Steps of the county, and dates of its campaigns, that the unit should see at once, and steps of the unit that answer them. */
const TO_UNIT: readonly string[] = ['T7', 'T9', 'T13', 'T16', 'T17', 'denied', 'referred', 'refer_done', 'refer_returned', ...BY_CAMPAIGN];
const BY_UNIT: readonly string[] = ['T5', 'attempt', 'stage', 'milestone', 'T10'];

/** Answers, reminders, changes and a relapse that the unit has not acted upon yet; of each kind the newest. */
export function sinceUnit(events: readonly TicketEvent[]): readonly TicketEvent[] {
  const all = inOrder(events);
  const last = all.findIndex((_, i) => all.slice(i).every((event) => !BY_UNIT.includes(event.transition)));
  if (last < 0) return [];
  // A campaign is told where it moved the date.
  const told = all.slice(last).filter((event) => TO_UNIT.includes(event.transition) && (!BY_CAMPAIGN.includes(event.transition) || dueAfter(dataOf(event)) !== ''));
  return told.filter((event, i) => !told.slice(i + 1).some((later) => later.transition === event.transition));
}
