// What the tabs of one browser tell each other: what changed, how sending stands, that the sending tab is alive, that somebody wants it to try now.
import type { Channel, Host } from '../host';
import type { Noun } from '../index';
import type { WakeReason } from '../sender';
import { NOT_SENDING, type Sending } from './status';

type Message =
  | { readonly t: 'changed'; readonly person_id: string; readonly nouns: readonly Noun[] }
  | ({ readonly t: 'phase'; readonly person_id: string } & Sending)
  | { readonly t: 'beat' }
  | { readonly t: 'wake'; readonly reason: WakeReason };

/** Told by this tab and by the others alike, so that all of them show the same. */
export interface TabEvents {
  readonly changed: (person_id: string, nouns: readonly Noun[]) => void;
  readonly phase: (person_id: string, sending: Sending) => void;
  readonly wake: (reason: WakeReason) => void;
}

export class Tabs {
  readonly #channel: Channel;
  readonly #now: () => number;
  readonly #events: TabEvents;
  /** Last told about each person's sending. */
  readonly #phases = new Map<string, Sending>();
  #heardBeat: number;

  constructor(host: Host, events: TabEvents) {
    this.#now = host.now;
    this.#events = events;
    this.#heardBeat = host.now();
    this.#channel = host.channel('lalian', (message) => this.#hear(message as Message));
  }

  /** When the tab that sends was last heard. */
  readonly heard = (): number => this.#heardBeat;

  readonly beat = (): void => {
    this.#heardBeat = this.#now();
    this.#post({ t: 'beat' });
  };

  changed(person_id: string, nouns: readonly Noun[]): void {
    this.#post({ t: 'changed', person_id, nouns });
    this.#events.changed(person_id, nouns);
  }

  wake(reason: WakeReason): void {
    this.#events.wake(reason);
    this.#post({ t: 'wake', reason });
  }

  /** Told to all tabs, and only when something is new. */
  sending(person_id: string, part: Partial<Sending>): void {
    const before = this.#phases.get(person_id) ?? NOT_SENDING;
    const now: Sending = { ...before, ...part };
    if (JSON.stringify(now) === JSON.stringify(before)) return;
    this.#phases.set(person_id, now);
    this.#post({ t: 'phase', person_id, ...now });
    this.#events.phase(person_id, now);
  }

  close(): void {
    this.#channel.close();
  }

  #post(message: Message): void {
    this.#channel.post(message);
  }

  #hear(message: Message): void {
    switch (message.t) {
      case 'beat':
        this.#heardBeat = this.#now();
        return;
      case 'changed':
        return this.#events.changed(message.person_id, message.nouns);
      case 'phase':
        return this.#events.phase(message.person_id, { phase: message.phase, sending: message.sending, file: message.file, needs_login: message.needs_login });
      case 'wake':
        this.#events.wake(message.reason);
    }
  }
}
