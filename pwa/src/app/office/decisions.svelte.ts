// Decisions in a queue are fast, so each one can be undone for a few seconds before it is sealed; the next decision, leaving the page or
// hiding it seals the one before at once. What did not simply work is kept on screen until somebody has looked at it.
import { toast } from '@/ui/toast.svelte';
import { isThrough, type Outcome } from '../tickets/command.svelte';
import { refreshCounts } from './counts.svelte';

const UNDO_MS = 5_000;

export interface Leftover {
  readonly ticket_id: string;
  readonly title: string;
  readonly outcome: Outcome;
}

interface Waiting {
  readonly ticket_id: string;
  readonly title: string;
  readonly run: () => Promise<Outcome>;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly close: () => void;
}

export class Decisions {
  leftovers = $state.raw<readonly Leftover[]>([]);
  #waiting: Waiting | null = null;

  /** `undone` puts the ticket back into the queue. */
  decide(ticket_id: string, title: string, words: string, undoWord: string, run: () => Promise<Outcome>, undone: () => void): void {
    void this.flush();
    const undo = (): void => {
      if (this.#waiting?.ticket_id !== ticket_id) return;
      clearTimeout(this.#waiting.timer);
      this.#waiting = null;
      undone();
    };
    const close = toast(words, { label: undoWord, run: undo });
    this.#waiting = { ticket_id, title, run, close, timer: setTimeout(() => void this.flush(), UNDO_MS) };
  }

  /** Seals what still waits. */
  async flush(): Promise<void> {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = null;
    clearTimeout(waiting.timer);
    waiting.close();
    const outcome = await waiting.run();
    void refreshCounts();
    if (isThrough(outcome)) return;
    const { ticket_id, title } = waiting;
    this.leftovers = [...this.leftovers, { ticket_id, title, outcome }];
  }

  looked(ticket_id: string): void {
    this.leftovers = this.leftovers.filter((one) => one.ticket_id !== ticket_id);
  }
}

/** Seals the waiting decision when the page goes away; call while a component initialises. */
export function sealOnLeave(decisions: Decisions): void {
  $effect(() => {
    const hidden = (): void => {
      if (document.visibilityState === 'hidden') void decisions.flush();
    };
    const leave = (): void => void decisions.flush();
    document.addEventListener('visibilitychange', hidden);
    window.addEventListener('pagehide', leave);
    return () => {
      document.removeEventListener('visibilitychange', hidden);
      window.removeEventListener('pagehide', leave);
      void decisions.flush();
    };
  });
}
