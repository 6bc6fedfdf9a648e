// One step on a ticket, from the tap to the county's answer, as a closed union that a screen can show. Every step is a sealed operation:
// without a network it is kept on this device and arrives later.
import type { FileThere, HandInThen, Kind, Payloads, Subject, SubmitResult, TicketState, Verdict, Words } from '@/core';
import { core } from '../shell/core.svelte';

export type Outcome =
  | { readonly kind: 'applied' | 'nothing' | 'waiting'; readonly number: string | null; readonly operation_id: string }
  /** No answer yet: kept here, will arrive. */
  | { readonly kind: 'kept'; readonly operation_id: string; readonly seen: TicketState | null }
  /** Kept by the county, ticket unchanged. `seen` is what this person saw. */
  | { readonly kind: 'conflict'; readonly seen: TicketState | null; readonly operation_id: string; readonly flags: readonly string[] }
  | { readonly kind: 'refused'; readonly code: string; readonly words: Words | null }
  | { readonly kind: 'unsealed'; readonly why: 'no_post' | 'no_space' | 'too_large' | 'incomplete' | 'failed' };

export type CommandState = { readonly kind: 'idle' } | { readonly kind: 'sending' } | { readonly kind: 'done'; readonly outcome: Outcome };

/** How long a screen waits before it says "kept on this device". */
const PATIENCE_MS = 8_000;
/** How long an open screen listens for the answer to what was kept. */
const LISTEN_MS = 12 * 3_600_000;

function outcome(operation_id: string, verdict: Verdict, seen: TicketState | null): Outcome {
  switch (verdict.kind) {
    case 'unknown':
      return { kind: 'kept', operation_id, seen };
    case 'refused':
      return { kind: 'refused', code: verdict.code, words: verdict.words };
    case 'accepted': {
      if (verdict.outcome === 'conflict') return { kind: 'conflict', seen, operation_id, flags: verdict.flags };
      const number = verdict.changed.find((row) => row.number !== null)?.number ?? null;
      return { kind: verdict.outcome, number, operation_id };
    }
  }
}

async function settle(seal: Promise<SubmitResult>, seen: TicketState | null): Promise<Outcome> {
  let sealed: SubmitResult;
  try {
    sealed = await seal;
  } catch {
    return { kind: 'unsealed', why: 'failed' };
  }
  if (sealed.kind !== 'sealed') return { kind: 'unsealed', why: sealed.kind };
  const patience = navigator.onLine ? PATIENCE_MS : 0;
  return outcome(sealed.operation_id, await core().settled(sealed.operation_id, patience), seen);
}

/** Seals a step and waits a little for the answer. `there`: files that it names and that the county has already. */
export function runStep<K extends Kind>(kind: K, subject: Subject, payload: Payloads[K], seen: TicketState | null, there: readonly FileThere[] = []): Promise<Outcome> {
  return settle(core().run(kind, subject, payload, there), seen);
}

/** A form with photos: handed in, so that it can be taken back for ten seconds; `then` is sealed right behind it. */
export async function handInDraft(draft_id: string, then: HandInThen | null, seen: TicketState | null): Promise<Outcome | TakenBack> {
  const answer = await core().handIn(draft_id, then);
  if (answer.kind !== 'handed_in') return { kind: 'unsealed', why: answer.kind };
  const ending = await core().ended(draft_id);
  if (ending.kind === 'gone') return { kind: 'taken_back' };
  if (ending.kind !== 'sealed') return { kind: 'unsealed', why: ending.kind === 'stuck' ? 'no_space' : ending.kind };
  const first = await settle(Promise.resolve(ending), seen);
  if (answer.then_id === null || !isThrough(first)) return first;
  return settle(Promise.resolve({ kind: 'sealed', operation_id: answer.then_id, seq: 0 }), seen);
}

/** The person changed his mind: nothing happened. */
interface TakenBack {
  readonly kind: 'taken_back';
}

type Kept = Extract<Outcome, { kind: 'kept' }>;

/** The county's answer to what was kept here, once it comes; null while the screen is open and none came. */
export async function hear(kept: Kept): Promise<Outcome | null> {
  const verdict = await core()
    .settled(kept.operation_id, LISTEN_MS)
    .catch(() => null);
  return verdict && verdict.kind !== 'unknown' ? outcome(kept.operation_id, verdict, kept.seen) : null;
}

/** State of the one step that a screen offers at a time; a second tap while sending does nothing. */
export class Command {
  state = $state.raw<CommandState>({ kind: 'idle' });

  get busy(): boolean {
    return this.state.kind === 'sending';
  }

  get outcome(): Outcome | null {
    return this.state.kind === 'done' ? this.state.outcome : null;
  }

  async do(step: () => Promise<Outcome | TakenBack>): Promise<Outcome | null> {
    if (this.busy) return null;
    this.state = { kind: 'sending' };
    const result = await step();
    if (result.kind === 'taken_back') {
      this.dismiss();
      return null;
    }
    this.state = { kind: 'done', outcome: result };
    if (result.kind === 'kept') void this.#hear(result);
    return result;
  }

  /** Kept here, and answered while its screen is still open: the note must not go on saying that it waits. */
  async #hear(kept: Kept): Promise<void> {
    const heard = await hear(kept);
    if (heard && this.outcome === kept) this.state = { kind: 'done', outcome: heard };
  }

  dismiss(): void {
    this.state = { kind: 'idle' };
  }
}

/** The ticket has moved on, or soon will: nothing more to do about this step. */
export const isThrough = (result: Outcome): boolean => ['applied', 'nothing', 'waiting', 'kept'].includes(result.kind);
