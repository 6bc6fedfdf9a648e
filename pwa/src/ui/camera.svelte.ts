// One camera stream for the whole app. Some phones ask for permission at each new stream, so it lives on for a moment after the last
// viewfinder closed; it stops at once when the page is hidden, so that no light stays on in a pocket.

export type CameraState =
  | { readonly kind: 'off' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'live'; readonly stream: MediaStream }
  | { readonly kind: 'denied' }
  | { readonly kind: 'none' }
  | { readonly kind: 'busy' };

const LINGER_MS = 20_000;
/** The in-page camera's JPEG is 2560 px on its long side (decisions.md 7). */
const VIDEO: MediaTrackConstraints = { facingMode: { ideal: 'environment' }, width: { ideal: 2560 }, height: { ideal: 1920 } };
/** Some browsers offer zoom only to pages that said so when they asked; on a desk it would change the question that is asked. */
const wanted = (): MediaStreamConstraints => ({ audio: false, video: { ...VIDEO, ...(matchMedia('(pointer: coarse)').matches ? { zoom: true } : {}) } });

let state = $state.raw<CameraState>({ kind: 'off' });
let users = 0;
let linger: ReturnType<typeof setTimeout> | undefined;

export const camera = (): CameraState => state;

/** Keeps the camera open while a viewfinder is on screen; call the answer to let go. */
export function useCamera(): () => void {
  users += 1;
  clearTimeout(linger);
  if (state.kind !== 'live') void start();
  let released = false;
  return () => {
    if (released) return;
    released = true;
    users -= 1;
    if (users === 0) linger = setTimeout(stop, LINGER_MS);
  };
}

export async function start(): Promise<void> {
  if (state.kind === 'asking' || state.kind === 'live') return;
  const devices = (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
  if (!devices) {
    state = { kind: 'none' };
    return;
  }
  state = { kind: 'asking' };
  try {
    const stream = await devices.getUserMedia(wanted());
    for (const track of stream.getTracks()) track.addEventListener('ended', lost);
    state = { kind: 'live', stream };
    if (users === 0 || document.visibilityState === 'hidden') stop();
  } catch (error) {
    state = { kind: reason(error) };
  }
}

function reason(error: unknown): 'denied' | 'none' | 'busy' {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'none';
}

function lost(): void {
  stop();
  if (users > 0 && document.visibilityState === 'visible') void start();
}

function stop(): void {
  if (state.kind === 'live') {
    for (const track of state.stream.getTracks()) {
      track.removeEventListener('ended', lost);
      track.stop();
    }
  }
  if (state.kind === 'live' || state.kind === 'asking') state = { kind: 'off' };
}

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') stop();
  else if (users > 0) void start();
});
