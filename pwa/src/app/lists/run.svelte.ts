// A bulk step on a screen: a few seconds to take it back, then one sealed operation for each ticket, with what became of each.
import type { TicketPage } from '@/api/types';
import type { Ticket } from '@/core';
import { issueAsProposed } from '../office/issue.svelte';
import { core } from '../shell/core.svelte';
import { hear, isThrough, runStep, type Outcome } from '../tickets/command.svelte';
import { subjectOf } from '../tickets/ticket';
import { unfit, type Bulk } from './bulk';
import { again, begin, tally, walk, type Lines } from './run';

export type BulkStep = Exclude<Bulk, 'print'>;

/** To take it back before anything is sent. */
export const HOLD_S = 5;

/** What a line ends with: the county's answer, or that nothing is left to do. */
export type Ending = Outcome | { readonly kind: 'no_longer' };

type Stage = 'asking' | 'holding' | 'running' | 'done';

export class BulkRun {
  stage = $state<Stage>('asking');
  lines = $state.raw<Lines<Ticket, Ending>>([]);
  /** Seconds that are left to take it back. */
  left = $state(HOLD_S);
  readonly tally = $derived(tally(this.lines));
  #stopped = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly what: BulkStep,
    readonly note: () => string = () => '',
  ) {}

  /** Waits, so that it can be taken back; a page that goes away meanwhile has sent nothing. */
  hold(tickets: readonly Ticket[]): void {
    this.lines = begin(tickets);
    this.left = HOLD_S;
    this.stage = 'holding';
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      this.left -= 1;
      if (this.left <= 0) this.go();
    }, 1_000);
  }

  takeBack(): void {
    clearInterval(this.#timer);
    if (this.stage === 'holding') this.stage = 'asking';
  }

  go(): void {
    clearInterval(this.#timer);
    if (this.stage === 'holding') void this.#run();
  }

  /** What has begun ends; the rest stays as it was. */
  stop(): void {
    this.takeBack();
    this.#stopped = true;
  }

  /** What failed, looked at anew: a ticket that has moved on needs nothing any more. */
  async retry(): Promise<void> {
    if (this.stage !== 'done') return;
    this.stage = 'running';
    const failed = this.lines.filter((line) => line.state.kind === 'failed').map((line) => line.row);
    const newer: Ticket[] = [];
    for (const ticket of failed) {
      const answer = await core().api.get<TicketPage>(`/tickets/${ticket.id}`);
      if (answer.kind === 'ok') newer.push(answer.data);
    }
    this.lines = again(this.lines, newer);
    await this.#run();
  }

  async #run(): Promise<void> {
    this.stage = 'running';
    this.#stopped = false;
    await walk<Ticket, Ending>(this.lines, {
      step: (ticket) => this.#step(ticket),
      isThrough: (ending) => ending.kind === 'no_longer' || isThrough(ending),
      broken: { kind: 'unsealed', why: 'failed' },
      onchange: (lines) => (this.lines = lines),
      isStopped: () => this.#stopped,
    });
    this.stage = 'done';
    for (const line of this.lines) if (line.state.kind === 'through' && line.state.result.kind === 'kept') void this.#listen(line.row.id, line.state.result);
  }

  async #step(ticket: Ticket): Promise<Ending> {
    if (unfit(this.what, ticket) !== null) return { kind: 'no_longer' };
    if (this.what === 'issue') return issueAsProposed(ticket);
    return runStep('ticket.remind', subjectOf(ticket), { ticket_id: ticket.id, seen_version: ticket.version, note: this.note() }, ticket.state);
  }

  /** Kept on this device, and answered while the screen is still open. */
  async #listen(id: string, kept: Extract<Outcome, { kind: 'kept' }>): Promise<void> {
    const result = await hear(kept);
    if (!result) return;
    this.lines = this.lines.map((line) => (line.row.id === id && line.state.kind === 'through' && line.state.result === kept ? { row: line.row, state: { kind: isThrough(result) ? 'through' : 'failed', result } } : line));
  }
}
