// All that sends, behind one small door: the lease, the engine and everybody's lanes. Loaded after the first picture is on screen, because nothing
// of it is needed to open the app and work.
import type { Databases } from './db';
import type { Host } from './host';
import type { Install } from './install';
import { Lane } from './lane';
import { holdLease, type Heartbeat } from './lease';
import type { Link } from './link';
import type { FileProgress, SyncPhase } from './model';
import { Engine, type PersonLane } from './sync';
import { ChunkSize } from './uploads';

export type WakeReason = 'sealed' | 'visible' | 'online' | 'tap' | 'login';

/** What sending has to tell, about one person's work. */
export interface SenderEvents {
  readonly changed: (person_id: string) => void;
  /** The server applied something: the working set is worth pulling. */
  readonly applied: (person_id: string) => void;
  readonly phase: (person_id: string, phase: SyncPhase) => void;
  /** The operation being sent, and its photo on the way; null when it pauses. */
  readonly sending: (person_id: string, operation_id: string | null, file: FileProgress | null) => void;
  readonly needsLogin: (person_id: string, needed: boolean) => void;
}

export class Sender {
  readonly #host: Host;
  readonly #link: Link;
  readonly #install: Install;
  readonly #databases: Databases;
  readonly #events: SenderEvents;
  readonly #engine: Engine;
  readonly #chunk = new ChunkSize();
  readonly #lanes = new Map<string, Lane>();

  constructor(host: Host, link: Link, install: Install, databases: Databases, events: SenderEvents) {
    this.#host = host;
    this.#link = link;
    this.#install = install;
    this.#databases = databases;
    this.#events = events;
    this.#engine = new Engine(host, link, () => this.lanes(), events);
  }

  /** Waits for the lease and works while it holds it; returns when `closed` is aborted. */
  run(heartbeat: Heartbeat, closed: AbortSignal): Promise<void> {
    return holdLease(this.#host, heartbeat, closed, (lost) => this.#engine.run(lost));
  }

  wake(reason: WakeReason): Promise<void> {
    return this.#engine.wake(reason);
  }

  epochChanged(person_id: string): void {
    this.#lanes.get(person_id)?.epochChanged();
  }

  /** Everybody who has ever signed in here, newest first: their sealed work goes out whoever holds the phone now. */
  async lanes(): Promise<readonly PersonLane[]> {
    return (await this.#install.people()).map(({ person_id }) => ({ person_id, lane: this.#lane(person_id) }));
  }

  #lane(person_id: string): Lane {
    const known = this.#lanes.get(person_id);
    if (known) return known;
    const lane = new Lane(this.#databases.of(person_id), this.#host, this.#link, this.#chunk, {
      changed: () => this.#events.changed(person_id),
      applied: () => this.#events.applied(person_id),
      sending: (operation_id, file) => this.#events.sending(person_id, operation_id, file),
      needsLogin: (needed) => this.#events.needsLogin(person_id, needed),
    });
    this.#lanes.set(person_id, lane);
    return lane;
  }
}
