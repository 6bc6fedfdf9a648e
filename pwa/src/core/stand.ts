// What the demo's stand changes about a phone that stands on it: a switch that takes its network away, and a position beside the site that is
// visited, because the desk it stands on is somewhere else. Everything above the host is the app as everybody has it.
import { databaseName, LocalDatabase } from './db';
import type { GeolocationFix, GeolocationSource, Host } from './host';
import { Install, INSTALL_NAME } from './install';
import { readMeta } from './meta';

/** The network of one phone on the stand. Off means what a valley means: nothing gets out, and what was on its way is cut. */
export class LinkSwitch {
  #on = true;
  readonly #under = new Set<AbortController>();

  get on(): boolean {
    return this.#on;
  }

  set(on: boolean): void {
    this.#on = on;
    if (on) return;
    for (const request of this.#under) request.abort();
    this.#under.clear();
  }

  /** The same world behind the switch. */
  behind(host: Host): Host {
    return {
      ...host,
      online: () => this.#on && host.online(),
      fetch: async (input, init) => {
        if (!this.#on) throw new TypeError('the link is switched off');
        const cut = new AbortController();
        const stop = (): void => cut.abort();
        init?.signal?.addEventListener('abort', stop, { once: true });
        if (init?.signal?.aborted) stop();
        this.#under.add(cut);
        try {
          return await host.fetch(input, { ...init, signal: cut.signal });
        } finally {
          this.#under.delete(cut);
          init?.signal?.removeEventListener('abort', stop);
        }
      },
    };
  }
}

export interface Point {
  readonly lon: number;
  readonly lat: number;
}

/** Satellites speak again and again; a fix older than a minute counts as old. */
const EVERY_MS = 15_000;
const ACCURACY_M = 8;

/** A phone that stands where the stand says. */
export class ExamplePlace implements GeolocationSource {
  readonly #now: () => number;
  #point: Point | null = null;
  #next = 1;
  readonly #watches = new Map<number, { readonly tell: (fix: GeolocationFix) => void; readonly timer: ReturnType<typeof setInterval> }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  standAt(point: Point): void {
    this.#point = point;
    for (const { tell } of this.#watches.values()) this.#say(tell);
  }

  watchPosition(success: (fix: GeolocationFix) => void): number {
    const id = this.#next++;
    this.#watches.set(id, { tell: success, timer: setInterval(() => this.#say(success), EVERY_MS) });
    // As the browser's own: never before the call has returned.
    setTimeout(() => this.#watches.has(id) && this.#say(success));
    return id;
  }

  clearWatch(id: number): void {
    clearInterval(this.#watches.get(id)?.timer);
    this.#watches.delete(id);
  }

  #say(tell: (fix: GeolocationFix) => void): void {
    if (!this.#point) return;
    tell({ timestamp: this.#now(), coords: { longitude: this.#point.lon, latitude: this.#point.lat, accuracy: ACCURACY_M, heading: null } });
  }
}

/**
 * Takes everything off this browser's origin that the app keeps, after the stand was put back as it was made: rows, work and keys of a county that
 * is no longer the same. Called before the phone opens. Answers false, and takes nothing, when anybody's database here is not of a demo.
 */
export async function forgetDemo(factory: IDBFactory): Promise<boolean> {
  const install = new Install();
  const names: string[] = [];
  try {
    for (const { person_id } of await install.people()) {
      const db = new LocalDatabase(databaseName(person_id));
      const profile = await readMeta(db, 'profile');
      db.close();
      if (profile && !profile.demo) return false;
      names.push(db.name);
    }
  } finally {
    install.close();
  }
  for (const name of [...names, INSTALL_NAME]) await drop(factory, name);
  return true;
}

/** A database that another tab still holds goes when that tab lets go; nobody waits for it. */
function drop(factory: IDBFactory, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = factory.deleteDatabase(name);
    request.onsuccess = request.onblocked = () => resolve();
    request.onerror = () => reject(request.error ?? new Error('the local database stays'));
  });
}
