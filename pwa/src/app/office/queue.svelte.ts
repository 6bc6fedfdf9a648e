// A queue of tickets worked through one after another: which one is open, what comes next, and what has already been decided here.
import type { Page } from '@/api/types';
import type { ApiResult } from '@/api/client';
import type { Ticket } from '@/core';
import { core } from '../shell/core.svelte';
import { pages, type Pages } from '../tickets/remote.svelte';

export class Queue {
  readonly pages: Pages<Ticket>;
  /** Decided here a moment ago; they leave the list at once and come back when undone. */
  #decided = $state.raw<readonly string[]>([]);
  #open = $state<string | null>(null);

  constructor(load: (cursor: string | null) => Promise<ApiResult<Page<Ticket>>>) {
    this.pages = pages(load);
    $effect(() => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      // Several tickets often change together: one question for all of them.
      const off = core().on('changed', (nouns) => {
        if (!nouns.has('tickets')) return;
        clearTimeout(timer);
        timer = setTimeout(() => void this.pages.reload(), 1_500);
      });
      return () => {
        off();
        clearTimeout(timer);
      };
    });
    $effect(() => {
      // The end of what was fetched is near: get the next page before somebody waits for it.
      if (this.pages.more && !this.pages.busy && this.index >= this.tickets.length - 5) void this.pages.next();
    });
  }

  get tickets(): readonly Ticket[] {
    return this.pages.rows.filter((ticket) => !this.#decided.includes(ticket.id));
  }

  get index(): number {
    return Math.max(
      0,
      this.tickets.findIndex((ticket) => ticket.id === this.#open),
    );
  }

  get current(): Ticket | null {
    return this.tickets[this.index] ?? null;
  }

  /** The open ticket and the one after it, so that its photos are already there when it is opened. */
  get loaded(): readonly Ticket[] {
    return this.tickets.slice(this.index, this.index + 2);
  }

  open(id: string): void {
    this.#open = id;
  }

  move(step: number): void {
    const to = this.tickets[Math.min(this.tickets.length - 1, Math.max(0, this.index + step))];
    if (to) this.#open = to.id;
  }

  /** Takes a ticket out and opens the one after it. */
  take(id: string): void {
    const at = this.tickets.findIndex((ticket) => ticket.id === id);
    const next = this.tickets[at + 1] ?? this.tickets[at - 1];
    if (this.current?.id === id) this.#open = next?.id ?? null;
    this.#decided = [...this.#decided, id];
  }

  putBack(id: string): void {
    this.#decided = this.#decided.filter((one) => one !== id);
    this.#open = id;
  }
}
