// Which rows of a list are ticked, and what is being done with them. Rows that have left the list are not chosen, whatever was ticked before.
import type { Ticket } from '@/core';

export class Selection {
  #ids = $state.raw<readonly string[]>([]);
  /** The step under way, with the rows as they stood when it began: the list may move on beneath it. */
  doing = $state.raw<{ readonly what: 'issue' | 'remind'; readonly tickets: readonly Ticket[] } | null>(null);

  has = (id: string): boolean => this.#ids.includes(id);

  of<Row extends { readonly id: string }>(rows: readonly Row[]): readonly Row[] {
    return rows.filter((row) => this.has(row.id));
  }

  toggle(id: string): void {
    this.#ids = this.has(id) ? this.#ids.filter((one) => one !== id) : [...this.#ids, id];
  }

  all(rows: readonly { readonly id: string }[]): void {
    this.#ids = rows.map((row) => row.id);
  }

  /** The step is over; what went through is no longer ticked. */
  over(ids: readonly string[]): void {
    this.doing = null;
    this.#ids = this.#ids.filter((id) => !ids.includes(id));
  }

  clear(): void {
    this.#ids = [];
  }
}
