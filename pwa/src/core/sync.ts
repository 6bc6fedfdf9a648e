// The engine of the one tab that holds the lease: gives each person's lane its turn, waits when the link asks for it, and wakes on a tap.
// Lanes of people who are not signed in now are served too: their sealed work has its own credential, and a phone is often handed on.
import type { Host } from './host';
import type { Lane } from './lane';
import type { Link } from './link';
import type { SyncPhase, SyncProblem } from './model';
import { waiting } from './outbox';

export interface PersonLane {
  readonly person_id: string;
  readonly lane: Lane;
}

export interface EngineEvents {
  readonly phase: (person_id: string, phase: SyncPhase) => void;
}

/** Even with nothing to wait for, look again: another tab may have sealed something and died before saying so. */
const LOOK_EVERY_MS = 30_000;
const LOCAL_TROUBLE_MS = 5_000;

export class Engine {
  readonly #host: Host;
  readonly #link: Link;
  readonly #look: () => Promise<readonly PersonLane[]>;
  /** As last looked up. */
  #lanes: readonly PersonLane[] = [];
  readonly #events: EngineEvents;
  /** Most that waited since a person's lane was last empty: the "12" of "3/12". */
  readonly #peak = new Map<string, number>();
  #nap = new AbortController();
  #hurry = new AbortController();
  #interrupted = false;

  constructor(host: Host, link: Link, lanes: () => Promise<readonly PersonLane[]>, events: EngineEvents) {
    this.#host = host;
    this.#link = link;
    this.#look = lanes;
    this.#events = events;
  }

  /** `sealed`: something new lies in an outbox, worth one try. Anything else is a reason to forget all waiting. */
  async wake(reason: 'sealed' | 'visible' | 'online' | 'tap' | 'login'): Promise<void> {
    if (reason === 'sealed') this.#link.tryNow();
    else {
      this.#link.wake();
      // A database that does not open for now must not keep a tap from waking those that are known.
      for (const { lane } of await this.#look().catch(() => this.#lanes)) lane.wake();
    }
    this.#interrupted = true;
    this.#nap.abort();
    if (reason === 'sealed') this.#hurry.abort();
  }

  /** Works until `lost` is aborted (the lease went to another tab, or the app closes). */
  async run(lost: AbortSignal): Promise<void> {
    const stop = (): void => this.#nap.abort();
    lost.addEventListener('abort', stop);
    try {
      while (!lost.aborted) {
        const until = await this.#round(lost);
        // Woken since: look again at once.
        if (this.#interrupted || lost.aborted) continue;
        this.#nap = new AbortController();
        await this.#host.sleep(Math.max(0, Math.min(until, this.#host.now() + LOOK_EVERY_MS) - this.#host.now()), this.#nap.signal);
      }
    } finally {
      lost.removeEventListener('abort', stop);
    }
  }

  /** Does all that can be done now; gives back when it is worth looking again. */
  async #round(lost: AbortSignal): Promise<number> {
    for (;;) {
      // Before looking, never after: what is sealed while we look must be looked for again.
      this.#interrupted = false;
      if (this.#hurry.signal.aborted) this.#hurry = new AbortController();
      try {
        this.#lanes = await this.#look();
      } catch (error) {
        return Math.min(...this.#lanes.map(({ person_id }) => this.#troubled(person_id, error)), this.#host.now() + LOCAL_TROUBLE_MS);
      }
      const lanes = this.#lanes;
      const blocked = this.#sayWaiting(lanes);
      if (blocked !== null) return blocked;
      // Everybody's answers, then everybody's photos: a visit is safe in seconds, whoever holds the phone.
      if ((await this.#pass(lanes, lost, 'answers')) === 'did') continue;
      const until = await this.#pass(lanes, lost, 'all');
      if (until === 'did' || this.#interrupted) continue;
      // The last step may have found the link down: say so now, not when the waiting is over.
      return this.#sayWaiting(lanes) ?? until;
    }
  }

  /** Lets each lane take one step until one did something; else gives back when it is worth looking again. */
  async #pass(lanes: readonly PersonLane[], lost: AbortSignal, only: 'answers' | 'all'): Promise<'did' | number> {
    let until = Infinity;
    for (const entry of lanes) {
      if (lost.aborted) return Infinity;
      const next = await this.#step(entry, lost, only);
      if (next === 'did') return 'did';
      until = Math.min(until, next);
    }
    return until;
  }

  /** Tells everybody what the link waits for; gives back until when, or null when it waits for nothing. */
  #sayWaiting(lanes: readonly PersonLane[]): number | null {
    const waiting = this.#link.waiting;
    if (waiting === null) return null;
    for (const { person_id } of lanes) this.#events.phase(person_id, { kind: 'waiting', ...waiting });
    return waiting.until;
  }

  async #step({ person_id, lane }: PersonLane, lost: AbortSignal, only: 'answers' | 'all'): Promise<'did' | number> {
    try {
      const step = await lane.step(() => lost.aborted || this.#interrupted, only, this.#hurry.signal);
      if (only === 'all' || step.kind === 'did') await this.#report(person_id, lane);
      if (step.kind === 'did') return 'did';
      return step.until ?? Infinity;
    } catch (error) {
      return this.#troubled(person_id, error);
    }
  }

  /** The local database is in trouble; the next look may find it well again. */
  #troubled(person_id: string, error: unknown): number {
    const until = this.#host.now() + LOCAL_TROUBLE_MS;
    const problem: SyncProblem = { kind: 'local', name: error instanceof Error ? error.name : 'unknown' };
    this.#events.phase(person_id, { kind: 'waiting', until, problem });
    return until;
  }

  async #report(person_id: string, lane: Lane): Promise<void> {
    const { operations, files } = await waiting(lane.db);
    let left = operations.filter((row) => row.progress === 'sealed' && row.verdict.kind !== 'refused').length;
    for (const list of files.values()) left += list.filter((file) => file.upload === 'held').length;
    const peak = left === 0 ? 0 : Math.max(this.#peak.get(person_id) ?? 0, left);
    this.#peak.set(person_id, peak);
    this.#events.phase(person_id, left === 0 || lane.blocked ? { kind: 'idle' } : { kind: 'sending', done: peak - left, all: peak });
  }
}
