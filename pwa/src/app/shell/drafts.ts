// Where a piece of unfinished work is carried on, as an address of its role's screens.
import type { Draft } from '@/core';

/** `review`: the last screen before "submit". Undefined for kinds that have no screen of their own. */
export function draftAddress({ id, kind, subject }: Pick<Draft, 'id' | 'kind' | 'subject'>, at: 'form' | 'review' = 'form'): string | undefined {
  switch (kind) {
    case 'inspection.submit':
    case 'inspection.correct':
      if (subject.paper) return `/paper/enter/${id}`;
      return at === 'review' ? `/visit/${id}/review` : `/visit/${id}`;
    case 'finding.report':
      return `/finding/${id}`;
    case 'ticket.verify':
      return subject.ticket_id ? `/ticket/${subject.ticket_id}` : undefined;
    case 'ticket.rectify':
    case 'ticket.ask':
    case 'ticket.stage':
      return subject.ticket_id ? `/tickets/${subject.ticket_id}` : undefined;
    default:
      return undefined;
  }
}
