// What can be done to several tickets at once, and which of the chosen ones it fits. Nothing closes tickets in bulk: a check looks at each.
import type { Ticket, TicketState } from '@/core';

export const BULK = ['issue', 'remind', 'print'] as const;
export type Bulk = (typeof BULK)[number];

/** More at once than anybody looks through before they are sent. */
export const MOST = 200;

/** Why a chosen ticket stays out, in a code that has words. */
export type Unfit = 'not_pending' | 'border' | 'no_place' | 'not_with_unit' | 'not_issued' | 'not_told';

/** A unit holds it: a reminder reaches somebody (T16). */
const HELD: readonly TicketState[] = ['issued', 'in_progress', 'rework', 'on_hold'];
/** An order on paper is for what is still to be done, or waits to be looked at. */
const ORDERED: readonly TicketState[] = [...HELD, 'submitted'];

type Chosen = Pick<Ticket, 'state' | 'township_id' | 'border' | 'number' | 'due_at'>;

export function unfit(what: Bulk, ticket: Chosen): Unfit | null {
  switch (what) {
    case 'issue':
      if (ticket.state !== 'pending') return 'not_pending';
      if (ticket.border) return 'border';
      return ticket.township_id === null ? 'no_place' : null;
    case 'remind':
      return HELD.includes(ticket.state) ? null : 'not_with_unit';
    case 'print':
      if (ticket.number === null || !ORDERED.includes(ticket.state)) return 'not_issued';
      // Issued in an unannounced round: its unit hears of it with the release, not from a printer.
      return ticket.due_at === null ? 'not_told' : null;
  }
}

export interface Sorted<Row> {
  readonly fits: readonly Row[];
  readonly left: readonly { readonly ticket: Row; readonly why: Unfit }[];
}

export function sortOut<Row extends Chosen>(what: Bulk, tickets: readonly Row[]): Sorted<Row> {
  const fits: Row[] = [];
  const left: { ticket: Row; why: Unfit }[] = [];
  for (const ticket of tickets) {
    const why = unfit(what, ticket);
    if (why === null) fits.push(ticket);
    else left.push({ ticket, why });
  }
  return { fits, left };
}

/** How many for whom, the most first: what one looks at before sending. */
export function perUnit(tickets: readonly Pick<Ticket, 'state' | 'unit_name' | 'township_name'>[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const ticket of tickets) {
    const unit = (ticket.state === 'pending' ? ticket.township_name : (ticket.unit_name ?? ticket.township_name)) ?? '';
    counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}
