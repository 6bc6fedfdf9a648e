// The position of the phone as one shared, honest state. It never blocks: a visit without a position is a visit with `position: null`.
// One watch serves every screen that asks, because each new request would start the satellite search again.
import type { Position } from './model';
import type { GeolocationFix, GeolocationSource } from './host';

export type GeoState =
  | { readonly kind: 'off' }
  | { readonly kind: 'searching'; readonly since: number }
  | { readonly kind: 'fixed'; readonly position: Position; readonly heading: number | null; readonly at: number }
  | { readonly kind: 'denied' }
  | { readonly kind: 'unavailable' };

/** A fix older than this is shown as old and no longer put beside a photo. */
export const FRESH_MS = 60_000;

const PERMISSION_DENIED = 1;
/** Phones without reachable location services never answer, neither way; after this they are said to have none. The watch goes on. */
const SILENT_MS = 30_000;

export class Geo {
  readonly #source: GeolocationSource | null;
  readonly #now: () => number;
  readonly #changed: (state: GeoState) => void;
  #state: GeoState = { kind: 'off' };
  #watch: number | null = null;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #users = 0;

  constructor(source: GeolocationSource | null, now: () => number, changed: (state: GeoState) => void) {
    this.#source = source;
    this.#now = now;
    this.#changed = changed;
  }

  get state(): GeoState {
    return this.#state;
  }

  /** Keeps the position warm while a screen needs it; call the returned function when it no longer does. */
  use(): () => void {
    this.#users += 1;
    if (this.#users === 1) this.#start();
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#users -= 1;
      if (this.#users === 0) this.#stop();
    };
  }

  /** The fix to write beside a photo or an arrival: fresh or nothing. Answers at once. */
  fresh(): { position: Position; heading: number | null } | null {
    if (this.#state.kind !== 'fixed' || this.#now() - this.#state.at > FRESH_MS) return null;
    return { position: this.#state.position, heading: this.#state.heading };
  }

  #start(): void {
    if (!this.#source) return this.#set({ kind: 'unavailable' });
    this.#set({ kind: 'searching', since: this.#now() });
    this.#patience = setTimeout(() => this.#state.kind === 'searching' && this.#set({ kind: 'unavailable' }), SILENT_MS);
    this.#watch = this.#source.watchPosition(
      (fix) => this.#set(fixed(fix, this.#now())),
      (problem) => {
        if (problem.code === PERMISSION_DENIED) this.#set({ kind: 'denied' });
        else if (this.#state.kind !== 'fixed') this.#set({ kind: 'unavailable' });
      },
      { enableHighAccuracy: true, maximumAge: 10_000, timeout: SILENT_MS },
    );
  }

  #stop(): void {
    if (this.#watch !== null) this.#source?.clearWatch(this.#watch);
    this.#watch = null;
    clearTimeout(this.#patience);
    if (this.#state.kind !== 'fixed') this.#set({ kind: 'off' });
  }

  #set(state: GeoState): void {
    this.#state = state;
    this.#changed(state);
  }
}

function fixed(fix: GeolocationFix, now: number): GeoState {
  const { longitude, latitude, accuracy, heading } = fix.coords;
  // A wrong phone clock must not make a fresh fix look old: some systems stamp fixes with satellite time.
  const at = Math.abs(now - fix.timestamp) < FRESH_MS ? fix.timestamp : now;
  return {
    kind: 'fixed',
    at,
    heading: heading !== null && Number.isFinite(heading) ? heading : null,
    position: {
      lon: longitude,
      lat: latitude,
      accuracy_m: Number.isFinite(accuracy) ? accuracy : null,
      fixed_at: new Date(fix.timestamp).toISOString(),
      source: 'browser',
      datum: 'wgs84',
    },
  };
}

const EARTH_M = 6_371_008.8;
const rad = (degrees: number): number => (degrees * Math.PI) / 180;

/** Metres between two WGS-84 points (haversine; enough for "which site is near"). */
export function distanceM(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
  const dLat = rad(b.lat - a.lat);
  const dLon = rad(b.lon - a.lon);
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)));
}
