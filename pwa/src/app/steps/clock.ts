// A ticket's deadline explained: where the date comes from, what moved it and what holds it, and whether it was met.
import type { TicketEvent } from '@/api/types';
import type { Ticket } from '@/core';
import { day, dayTime, time } from '@/i18n/format';
import { story } from '@/i18n/story';
import { checkWords, dayWords, dueFact } from '../tickets/due';
import { dayOf, lastDay, workingDaysBetween, type Exceptions } from '../tickets/workdays';
import { count, dataOf, heldBy, later, moved, moves, text, type Move } from './moves';

type Clocked = Pick<Ticket, 'state' | 'issued_at' | 'due_at' | 'official_due_at' | 'deadline_days'> &
  Pick<Ticket, 'first_due_at' | 'held_at' | 'review_day' | 'zero_day' | 'deadline_unit' | 'referral' | 'check_due_at' | 'internal_due_at' | 'lead_days'> &
  Partial<Pick<Ticket, 'submitted_at'>>;

/** Steps in which the unit's clock stood still, and for how many working days of the county's calendar. */
interface Rest {
  readonly move: Move;
  readonly kind: 'held' | 'waited' | 'check';
  readonly days: number;
}

/** Waiting for an answer, and a check until the county had its verdict, count by the calendar; the end of a hold says its days itself. */
function rests(all: readonly Move[], off: Exceptions): readonly Rest[] {
  let submitted: string | null = null;
  const between = (from: string, to: string): number => workingDaysBetween(dayOf(from), dayOf(to), off);
  return all.flatMap((move): readonly Rest[] => {
    const { event } = move;
    const data = dataOf(event);
    switch (event.transition) {
      case 'T10':
        submitted = event.observed_at;
        return [];
      case 'T12':
        return submitted === null ? [] : [{ move, kind: 'check', days: between(submitted, event.accepted_at) }];
      case 'T6':
        return text(data, 'waited') ? [{ move, kind: 'waited', days: between(text(data, 'waited'), event.accepted_at) }] : [];
      case 'T9':
      case 'refer_done':
      case 'refer_returned':
        return [{ move, kind: 'held', days: count(data, 'working_days') ?? 0 }];
      default:
        return [];
    }
  });
}

/** From which day, how many days or hours. */
function fromWords({ issued_at, deadline_days, deadline_unit = 'working_days' }: Pick<Clocked, 'issued_at' | 'deadline_days' | 'deadline_unit'>): string {
  const c = story().clock;
  const from = day(issued_at ?? 0);
  return deadline_unit === 'working_days' ? c.from(from, deadline_days ?? 0) : c.fromHours[deadline_unit](from, time(issued_at ?? 0), deadline_days ?? 0);
}

/** Where the count began that the date comes from: at the issue, or anew with the right unit or a fault that came back. */
const isAnew = (move: Move): boolean =>
  move.before !== null && (move.event.transition === 'T6' ? move.event.data?.['wrongly_routed'] === true : move.event.transition === 'T13' && moved(move));

/** Each reason of the date, in the order in which it is reckoned: the count, what was agreed, where the clock stood still, what holds it. */
function reasons(ticket: Clocked, due: string, events: readonly TicketEvent[], off: Exceptions): readonly string[] {
  const c = story().clock;
  const all = moves(events);
  const first = ticket.first_due_at || (all.find(({ event }) => event.transition === 'T2')?.after ?? due);
  const lastOf = (is: (move: Move) => boolean): Move | undefined => all.filter(is).at(-1);
  const anew = lastOf(isAnew);
  const edited = lastOf((move) => move.event.transition === 'T17' && moved(move) && move.event.version > (anew?.event.version ?? 0));
  // What came before a new beginning, or before a date that was set by hand, explains nothing any more.
  const since = edited ?? anew;
  const counts = ({ event }: Move): boolean => event.version > (since?.event.version ?? 0);
  const extensions = all.filter((move) => move.event.transition === 'T7' && counts(move)).length;
  const stood = rests(all, off).filter(({ move }) => counts(move));
  const rest = (kind: Rest['kind']): string => {
    const own = stood.filter((one) => one.kind === kind);
    const days = own.reduce((sum, one) => sum + one.days, 0);
    // Postponed is what stayed postponed: a campaign's date may have taken it back, or not let it.
    const postponed = own.some(({ move }) => later(move) && Date.parse(due) > Date.parse(move.before ?? due));
    return days > 0 || postponed ? c[kind](days, postponed) : '';
  };
  const differs = Date.parse(first) !== Date.parse(due);
  const zero = ticket.zero_day;
  const holds = heldBy(zero, due) && (differs || anew !== undefined || stood.some(({ days }) => days > 0));
  const name = all.find(({ zero: held }) => held?.day === zero)?.zero?.name ?? '';
  return [
    anew ? c.anew(fromWords({ ...ticket, issued_at: anew.event.accepted_at })) : fromWords(ticket),
    edited ? c.edited : '',
    extensions > 0 ? c.extended(extensions, dayWords(first)) : '',
    rest('held'),
    rest('waited'),
    rest('check'),
    holds && zero ? c.capped(name, dayWords(zero)) : '',
    dayWords(first) !== dayWords(due) && extensions === 0 ? c.moved(dayWords(first)) : '',
  ].filter(Boolean);
}

/** "Due by 30 Nov: 5 working days from 23 Nov, extended once (was 27 Nov)." Empty while there is no clock; a closed ticket keeps it, with whether it was met. */
export function clockWords(ticket: Clocked, events: readonly TicketEvent[], off: Exceptions): readonly string[] {
  const c = story().clock;
  const due = ticket.official_due_at ?? ticket.due_at;
  if (!ticket.issued_at || !due || ['pending', 'declined', 'merged', 'void'].includes(ticket.state)) return [];
  const lines = [c.due(dayWords(due), time(due) === '00:00' ? '24:00' : time(due)) + c.basis + reasons(ticket, due, events, off).join(c.join)];
  if (ticket.state === 'closed') return ticket.submitted_at ? [...lines, c.met(dueFact(ticket, off), dayTime(ticket.submitted_at))] : lines;
  if (ticket.internal_due_at && ['issued', 'in_progress', 'rework'].includes(ticket.state)) lines.push(c.lead(dayWords(ticket.internal_due_at), ticket.lead_days ?? 0));
  // New work after that day has its own time.
  if (ticket.zero_day && lastDay(due) <= ticket.zero_day) lines.push(c.zero(dayWords(ticket.zero_day)));
  if (ticket.state === 'submitted') lines.push([c.paused, checkWords(ticket)].filter(Boolean).join(c.join));
  if (ticket.state === 'on_hold' && ticket.referral?.state === 'open') lines.push(c.referred(ticket.referral.department_name ?? '', dayWords(ticket.referral.due_at)));
  else if (ticket.state === 'on_hold') lines.push([ticket.held_at ? c.onHold(day(ticket.held_at)) : '', ticket.review_day ? c.review(dayWords(ticket.review_day)) : ''].filter(Boolean).join(c.join));
  if (ticket.state === 'rework' && ticket.due_at && dayWords(ticket.due_at) !== dayWords(due)) lines.push(c.rework(dayWords(ticket.due_at)));
  return lines;
}
