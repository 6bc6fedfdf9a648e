// A deadline as a day and an hour that people say, and whether it was met.
import type { Ticket } from '@/core';
import { day, time } from '@/i18n/format';
import { tickets } from '@/i18n/tickets';
import { noonOf, timeliness, type Exceptions } from './workdays';

/** A plain day, or the day that a deadline ends: 24:00 of a day is 00:00 of the next one. */
export function dayWords(at: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(at)) return day(noonOf(at));
  return day(Date.parse(at) - (time(at) === '00:00' ? 1 : 0));
}

/** "by 24:00, 30 Nov". */
export function byWords(at: string): string {
  const clock = time(at);
  return tickets().due.by(dayWords(at), clock === '00:00' ? '24:00' : clock);
}

/** Until when the county means to have checked what was put forward; empty while nothing waits for it. */
export const checkWords = (ticket: Pick<Ticket, 'state' | 'check_due_at'>): string => (ticket.state === 'submitted' && ticket.check_due_at ? tickets().due.checkBy(dayWords(ticket.check_due_at)) : '');

/** Of a ticket that was put forward: in time, or how many working days late. Empty where neither can be said. */
export function dueFact(ticket: Pick<Ticket, 'official_due_at' | 'due_at'> & Partial<Pick<Ticket, 'submitted_at'>>, off: Exceptions): string {
  const met = timeliness(ticket.official_due_at ?? ticket.due_at, ticket.submitted_at ?? null, off);
  if (!met) return '';
  return met.kind === 'in_time' ? tickets().due.in_time : tickets().due.late(met.days);
}

/** The deadline that on-time goes by, for the facts of a ticket; of a closed one with whether it was met. */
export function deadlineFact(ticket: Pick<Ticket, 'state' | 'issued_at' | 'official_due_at' | 'due_at' | 'submitted_at'>, off: Exceptions): string | null {
  const due = ticket.official_due_at ?? ticket.due_at;
  if (!ticket.issued_at || !due) return null;
  return [byWords(due), ticket.state === 'closed' ? dueFact(ticket, off) : ''].filter(Boolean).join(' · ');
}
