// Changing what a ticket asks for (T17): only what was changed is sealed, and nothing may become due before today.
import type { Payloads, Severity, Ticket } from '@/core';
import { dayOf, lastDay } from '../tickets/workdays';

export interface EditForm {
  readonly severity: Severity;
  readonly is_static: boolean;
  /** '' where there is no deadline yet. */
  readonly day: string;
  readonly reason: string;
}

type Editable = Pick<Ticket, 'id' | 'version' | 'severity' | 'is_static' | 'due_at' | 'official_due_at'>;

const dueDay = (ticket: Editable): string => {
  const due = ticket.official_due_at ?? ticket.due_at;
  return due === null ? '' : lastDay(due);
};

export const editOf = (ticket: Editable): EditForm => ({ severity: ticket.severity, is_static: ticket.is_static, day: dueDay(ticket), reason: '' });

export type EditFault = 'day' | 'reason' | 'nothing';

export function editFaults(form: EditForm, ticket: Editable, now: number): readonly EditFault[] {
  const { severity, is_static, due_day } = editPayload(form, ticket);
  const faults: EditFault[] = [];
  if (severity === null && is_static === null && due_day === null) faults.push('nothing');
  if (due_day !== null && due_day < dayOf(now)) faults.push('day');
  if (form.reason.trim() === '') faults.push('reason');
  return faults;
}

export function editPayload(form: EditForm, ticket: Editable): Payloads['ticket.edit'] {
  return {
    ticket_id: ticket.id,
    seen_version: ticket.version,
    severity: form.severity === ticket.severity ? null : form.severity,
    is_static: form.is_static === ticket.is_static ? null : form.is_static,
    due_day: form.day === '' || form.day === dueDay(ticket) ? null : form.day,
    reason: form.reason.trim(),
  };
}
