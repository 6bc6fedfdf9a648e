// A check of one attempt, from the desk by its photos or on site.
import type { Payloads } from '@/core';
import { runStep, type Outcome } from '../tickets/command.svelte';
import { subjectOf, type AnyTicket } from '../tickets/ticket';

export type Verdict = Pick<Payloads['ticket.verify'], 'verdict' | 'reason' | 'note' | 'on_site'>;

export function verify(ticket: AnyTicket, verdict: Verdict): Promise<Outcome> {
  const payload = { ticket_id: ticket.id, seen_version: ticket.version, attempt_id: ticket.attempt_id ?? '', position: null, ...verdict };
  return runStep('ticket.verify', subjectOf(ticket), payload, ticket.state);
}
