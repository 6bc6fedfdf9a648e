// Where a visit was made, how far from the site's registered position, and why, when that is far. It never blocks: registers are wrong more often
// than inspectors.
import { distanceM } from './geo';
import type { Position } from './model';
import type { Arrival } from './payloads';

/** Further away than this, beyond what the fix itself may be off, asks for a word (pwa.md 5.1); the county may set another distance. */
export const FAR_M = 150;

interface Spot {
  readonly lon: number | null;
  readonly lat: number | null;
}

export function arrivalOf(position: Position | null, site: Spot | null, far_reason: string | null): Arrival {
  const known = position !== null && site !== null && site.lon !== null && site.lat !== null;
  const metres = known ? Math.round(distanceM(position, { lon: site.lon, lat: site.lat })) : null;
  return { position, distance_m: metres, far_reason, by: position?.source ?? 'none' };
}

/** Metres to the registered position when that needs a word; else null. */
export function farBy({ position, distance_m }: Arrival, far_m = FAR_M): number | null {
  return distance_m !== null && distance_m - (position?.accuracy_m ?? 0) > far_m ? distance_m : null;
}

/** A scan or a pin is said by a person; a fix that says nothing gives way to one that does. */
export function betterArrival(now: Position | null, next: Position): boolean {
  if (now === null) return true;
  return now.source === 'browser' && next.source === 'browser' && (now.accuracy_m ?? Infinity) > FAR_M && (next.accuracy_m ?? Infinity) <= FAR_M;
}
