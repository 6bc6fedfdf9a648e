// What this phone knows about time. Its wall clock may be wrong, so every operation also says when it last heard the server and how far
// the steady clock has run since; the server works out the rest (decisions.md 4, three times).
import type { Host } from './host';
import { uuidv7 } from './bytes';

/** As it stands in an envelope. `boot_id` names one life of the steady clock; `monotonic_ms` is how long it has run since the server was
 * last heard, null when that was in another life of it. */
export interface ClockReading {
  readonly tz: string;
  readonly boot_id: string;
  readonly last_server_at: string | null;
  readonly device_at_last_server: string | null;
  readonly monotonic_ms: number | null;
}

/** Last contact, kept in the database so that a restart does not forget it. */
export interface ServerContact {
  readonly server_at: string;
  readonly device_at: string;
  readonly boot_id: string;
  readonly monotonic_ms: number;
}

export class Clock {
  readonly boot_id: string;
  readonly #host: Host;
  #contact: ServerContact | null = null;

  constructor(host: Host) {
    this.#host = host;
    this.boot_id = uuidv7(host.now());
  }

  get contact(): ServerContact | null {
    return this.#contact;
  }

  restore(contact: ServerContact | null): void {
    this.#contact = contact;
  }

  /** The server's `Lalian-Server-At` has been read just now. Gives back what to keep. */
  heard(server_at: Date): ServerContact {
    this.#contact = {
      server_at: server_at.toISOString(),
      device_at: new Date(this.#host.now()).toISOString(),
      boot_id: this.boot_id,
      monotonic_ms: Math.round(this.#host.monotonic()),
    };
    return this.#contact;
  }

  read(): ClockReading {
    return {
      tz: this.#host.timeZone(),
      boot_id: this.boot_id,
      last_server_at: this.#contact?.server_at ?? null,
      device_at_last_server: this.#contact?.device_at ?? null,
      monotonic_ms: this.#contact?.boot_id === this.boot_id ? Math.round(this.#host.monotonic()) - this.#contact.monotonic_ms : null,
    };
  }

  /** How far this phone is ahead of the server, in ms; null when it never met it. For showing a warning, not for correcting. */
  ahead_ms(): number | null {
    return this.#contact ? Date.parse(this.#contact.device_at) - Date.parse(this.#contact.server_at) : null;
  }
}
