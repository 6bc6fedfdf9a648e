// Which way the camera looks, where the phone tells. iPhones ask, and only after a tap; no answer stops a photo.
import { cameraHeading } from '@/core/heading';

/** `ask`: a tap is needed first. `silent`: listening, nothing heard (yet). */
export type CompassState = 'none' | 'ask' | 'silent' | 'on' | 'denied';

interface AppleEvent extends DeviceOrientationEvent {
  readonly webkitCompassHeading?: number;
}
interface AppleConstructor {
  requestPermission?: () => Promise<string>;
}

const FRESH_MS = 3_000;
const EVENTS = ['deviceorientationabsolute', 'deviceorientation'] as const;

let state = $state<CompassState>('none');
let last: { readonly degrees: number; readonly at: number } | null = null;
let users = 0;
let allowed = false;

export const compass = (): CompassState => state;

/** Degrees from north at this moment; null when the phone does not say. */
export const heading = (): number | null => (last && Date.now() - last.at < FRESH_MS ? Math.round(last.degrees) : null);

/** Listens while a viewfinder is on screen; call the answer to let go. */
export function useCompass(): () => void {
  users += 1;
  if (users === 1) begin();
  return () => {
    users -= 1;
    if (users === 0) for (const name of EVENTS) removeEventListener(name, hear as EventListener);
  };
}

function begin(): void {
  if (typeof DeviceOrientationEvent === 'undefined') return;
  // Asked for at once all the same: most browsers simply tell, and only an iPhone keeps silent until a tap.
  const asks = typeof (DeviceOrientationEvent as AppleConstructor).requestPermission === 'function' && !allowed;
  if (state !== 'denied') state = asks ? 'ask' : 'silent';
  for (const name of EVENTS) addEventListener(name, hear as EventListener);
}

/** By a tap. */
export async function askCompass(): Promise<void> {
  try {
    allowed = (await (DeviceOrientationEvent as AppleConstructor).requestPermission?.()) === 'granted';
  } catch {
    allowed = false;
  }
  if (allowed) begin();
  else state = 'denied';
}

function hear(event: AppleEvent): void {
  const degrees =
    typeof event.webkitCompassHeading === 'number' && event.webkitCompassHeading >= 0
      ? event.webkitCompassHeading
      : event.absolute && event.alpha !== null && event.beta !== null && event.gamma !== null
        ? cameraHeading(event.alpha, event.beta, event.gamma)
        : null;
  if (degrees === null) return;
  last = { degrees, at: Date.now() };
  state = 'on';
}
