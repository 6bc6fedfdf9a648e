// Which repairs a post may sign: a deputy's own, and those that a delegation covers today. The county judges it again in any case.
import type { Delegation } from '@/api/duties';
import type { Post, Ticket } from '@/core';
import { dayOf } from '../tickets/workdays';

type Signable = Pick<Ticket, 'severity' | 'may_sign' | 'unit_id'>;

/** A delegation of the own township that covers this ticket on this day. */
export const covers = (delegation: Delegation, post: Pick<Post, 'id' | 'township_id'>, ticket: Pick<Ticket, 'severity'>, day: string): boolean =>
  delegation.revoked_at === null &&
  delegation.township_id === post.township_id &&
  (delegation.desk_post_id === null || delegation.desk_post_id === post.id) &&
  delegation.severities.includes(ticket.severity) &&
  delegation.from_day <= day &&
  day <= delegation.to_day;

/** `delegations` are what the county told last; null without a network, then the ticket's own row says it. */
export function signsTicket(post: Pick<Post, 'id' | 'role' | 'township_id'>, ticket: Signable, delegations: readonly Delegation[] | null, now = Date.now()): boolean {
  if (post.role === 'deputy_leader') return true;
  if (post.role !== 'desk_officer') return false;
  if (delegations === null) return ticket.may_sign === 'delegated';
  const today = dayOf(now);
  return delegations.some((one) => covers(one, post, ticket, today));
}
