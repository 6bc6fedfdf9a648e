// Several signatures in one go: chosen one by one after looking, each sealed as an operation of its own, each with its own answer.
import type { Ticket } from '@/core';
import { runStep, type Outcome } from '../tickets/command.svelte';
import { subjectOf } from '../tickets/ticket';

export class Batch {
  chosen = $state.raw<readonly string[]>([]);
  outcomes = $state.raw<Readonly<Record<string, Outcome>>>({});
  /** Signed a moment ago: they stay in sight with their answer, although the list has gone on. */
  signed = $state.raw<readonly Ticket[]>([]);
  busy = $state(false);

  toggle(id: string): void {
    if (this.busy) return;
    this.chosen = this.chosen.includes(id) ? this.chosen.filter((one) => one !== id) : [...this.chosen, id];
  }

  /** What is not there any more (signed by somebody else meanwhile) is not signed. */
  of(tickets: readonly Ticket[]): readonly Ticket[] {
    return tickets.filter((ticket) => this.chosen.includes(ticket.id));
  }

  async sign(tickets: readonly Ticket[]): Promise<void> {
    const list = this.of(tickets);
    if (this.busy || list.length === 0) return;
    this.busy = true;
    this.signed = [...list, ...this.signed.filter((one) => !list.some((ticket) => ticket.id === one.id))];
    await Promise.all(
      list.map(async (ticket) => {
        const payload = { ticket_id: ticket.id, seen_version: ticket.version, attempt_id: ticket.to_sign_id ?? '', note: '' };
        const outcome = await runStep('ticket.submit', subjectOf(ticket), payload, ticket.state);
        this.outcomes = { ...this.outcomes, [ticket.id]: outcome };
      }),
    );
    this.chosen = [];
    this.busy = false;
  }

  /** Looked at: what went through leaves the screen, what did not can be tried again. */
  dismiss(id: string): void {
    this.outcomes = Object.fromEntries(Object.entries(this.outcomes).filter(([one]) => one !== id));
    this.signed = this.signed.filter((ticket) => ticket.id !== id);
  }
}
