// The county's answer to a request: what may be sealed, and what is still missing.
import type { Payloads, Ticket, TicketRequest } from '@/core';
import { dayOf } from '../tickets/workdays';
import { firstDay, unitOf } from './asks';

export interface Answer {
  readonly verdict: 'approved' | 'denied';
  readonly note: string;
  /** '' = as wished for. */
  readonly day: string;
  /** `township:<id>`, `department:<id>`; '' = as proposed. */
  readonly unit: string;
  readonly wrongly_routed: boolean;
  /** Working days for a department; '' = what the county usually gives. */
  readonly days?: string;
}

export const AS_ASKED: Answer = { verdict: 'approved', note: '', day: '', unit: '', wrongly_routed: false };

type Clocked = Pick<Ticket, 'id' | 'version' | 'due_at' | 'official_due_at' | 'unit_id'>;

export type AnswerFault = 'day' | 'unit' | 'note';

/** The first day that may be agreed to: later than the present deadline, and for looking again from today on. */
/** Null = what the county usually gives. */
const daysOf = (answer: Answer): number | null => ((answer.days ?? '') === '' ? null : Number(answer.days));

export const firstAgreed = (request: Pick<TicketRequest, 'what'>, ticket: Clocked, now: number): string =>
  request.what === 'extension' ? firstDay('extension', ticket, now) : dayOf(now);

/** What stands in the way of this answer; empty = may be sealed. */
export function answerFaults(answer: Answer, request: TicketRequest, ticket: Clocked, now: number): readonly AnswerFault[] {
  if (answer.verdict === 'denied') return answer.note.trim() === '' ? ['note'] : [];
  if (request.what === 'send_back') {
    const unit = answer.unit === '' ? request.unit_id : unitOf(answer.unit).unit_id;
    return unit === null || unit === ticket.unit_id ? ['unit'] : [];
  }
  if (request.what === 'refer') {
    if ((answer.unit === '' ? request.unit_id : unitOf(answer.unit).unit_id) === null) return ['unit'];
    const days = daysOf(answer);
    return days === null || (Number.isInteger(days) && days >= 1 && days <= 120) ? [] : ['day'];
  }
  const day = answer.day === '' ? (request.wanted_day ?? '') : answer.day;
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && day >= firstAgreed(request, ticket, now) ? [] : ['day'];
}

export function decidePayload(answer: Answer, request: TicketRequest, ticket: Clocked): Payloads['ticket.decide'] {
  const agreed = answer.verdict === 'approved';
  const back = agreed && request.what === 'send_back';
  const refer = agreed && request.what === 'refer';
  const days = daysOf(answer);
  return {
    ticket_id: ticket.id,
    seen_version: ticket.version,
    request_id: request.id,
    verdict: answer.verdict,
    note: answer.note.trim(),
    day: agreed && !back && !refer && answer.day !== '' ? answer.day : null,
    ...((back || refer) && answer.unit !== '' ? unitOf(answer.unit) : { unit_kind: null, unit_id: null }),
    wrongly_routed: back && answer.wrongly_routed,
    ...(refer && days !== null ? { days } : {}),
  };
}
