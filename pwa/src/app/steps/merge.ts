// Which tickets are the same fault: the same item at the same site, or, away from a site, within 200 m.
import type { Ticket } from '@/core';
import { isOpen, metresBetween } from '../tickets/ticket';

const NEAR_M = 200;

type Placed = Pick<Ticket, 'id' | 'state' | 'site_id' | 'item_code' | 'lon' | 'lat'>;

export function mergeable<T extends Placed & Ticket>(ticket: Placed, others: readonly T[]): readonly T[] {
  return others.filter((other) => {
    if (other.id === ticket.id || !isOpen(other) || other.item_code !== ticket.item_code) return false;
    if (ticket.site_id !== null || other.site_id !== null) return ticket.site_id === other.site_id;
    const apart = metresBetween(ticket, other);
    return apart !== null && apart <= NEAR_M;
  });
}
