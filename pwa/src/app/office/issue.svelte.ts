// The form of one issue: what the finding proposes, what the office made of it, and what is wrong with it in words.
import type { Payloads, Severity, Ticket } from '@/core';
import { office } from '@/i18n/office';
import { runStep, type Outcome } from '../tickets/command.svelte';
import { subjectOf, type AnyTicket } from '../tickets/ticket';

export class IssueForm {
  unit_kind = $state<'township' | 'department'>('township');
  /** Per kind, so that looking at the other kind loses nothing. */
  units = $state<Record<'township' | 'department', string>>({ township: '', department: '' });
  severity = $state<Severity>('minor');
  is_static = $state<'yes' | 'no'>('no');
  days = $state('');
  note = $state('');
  tried = $state(false);

  constructor(ticket: AnyTicket) {
    this.units.township = ticket.township_id ?? '';
    this.severity = ticket.severity;
    this.is_static = ticket.is_static ? 'yes' : 'no';
    this.days = String(ticket.deadline_days ?? 0);
  }

  get unit_id(): string {
    return this.units[this.unit_kind];
  }

  get unitError(): string | null {
    return this.unit_id === '' ? office().issue.needUnit : null;
  }

  get daysError(): string | null {
    return /^\d{1,3}$/.test(this.days.trim()) && Number(this.days) <= 365 ? null : office().issue.badDays;
  }

  get valid(): boolean {
    return this.unitError === null && this.daysError === null;
  }

  /** Unchanged values go as null: "as the finding said". */
  payload(ticket: AnyTicket): Payloads['ticket.issue'] {
    const days = Number(this.days);
    const fixed = this.is_static === 'yes';
    return {
      ticket_id: ticket.id,
      seen_version: ticket.version,
      unit_kind: this.unit_kind,
      unit_id: this.unit_id,
      severity: this.severity === ticket.severity ? null : this.severity,
      is_static: fixed === ticket.is_static ? null : fixed,
      deadline_days: days === ticket.deadline_days ? null : days,
      note: this.note.trim(),
    };
  }
}

export function issue(ticket: AnyTicket, form: IssueForm): Promise<Outcome> {
  return runStep('ticket.issue', subjectOf(ticket), form.payload(ticket), ticket.state);
}

/** For clear cases: to the township where it lies, as the finding says. */
export function issueAsProposed(ticket: Ticket): Promise<Outcome> {
  return issue(ticket, new IssueForm(ticket));
}

export function decline(ticket: AnyTicket, reason: string): Promise<Outcome> {
  return runStep('ticket.decline', subjectOf(ticket), { ticket_id: ticket.id, seen_version: ticket.version, reason }, ticket.state);
}
