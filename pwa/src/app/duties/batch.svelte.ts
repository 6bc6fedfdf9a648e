// Several signatures in one go: chosen one by one after looking, each sealed as an operation of its own, each with its own answer.
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Ticket } from '@/core';
import { isThrough, runStep, type Outcome } from '../tickets/command.svelte';
import { subjectOf } from '../tickets/ticket';

export class Batch {
  readonly chosen = new SvelteSet<string>();
  readonly outcomes = new SvelteMap<string, Outcome>();
  /** Signed a moment ago: they stay in sight with their answer, although the list has gone on. */
  signed = $state.raw<readonly Ticket[]>([]);
  busy = $state(false);

  toggle(id: string): void {
    if (this.busy) return;
    if (!this.chosen.delete(id)) this.chosen.add(id);
  }

  /** What is not there any more (signed by somebody else meanwhile) is not signed. */
  of(tickets: readonly Ticket[]): readonly Ticket[] {
    return tickets.filter((ticket) => this.chosen.has(ticket.id));
  }

  async sign(tickets: readonly Ticket[]): Promise<void> {
    const list = this.of(tickets);
    if (this.busy || list.length === 0) return;
    this.busy = true;
    this.signed = [...list, ...this.signed.filter((one) => !list.some((ticket) => ticket.id === one.id))];
    await Promise.all(
      list.map(async (ticket) => {
        const payload = { ticket_id: ticket.id, seen_version: ticket.version, attempt_id: ticket.to_sign_id ?? '', note: '' };
        this.outcomes.set(ticket.id, await runStep('ticket.submit', subjectOf(ticket), payload, ticket.state));
      }),
    );
    this.chosen.clear();
    this.busy = false;
  }

  /** Looked at: what went through leaves the screen, what did not can be tried again. */
  dismiss(id: string): void {
    this.outcomes.delete(id);
    this.signed = this.signed.filter((ticket) => ticket.id !== id);
  }

  get through(): number {
    return [...this.outcomes.values()].filter(isThrough).length;
  }
}
