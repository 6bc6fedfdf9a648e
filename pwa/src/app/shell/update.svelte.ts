// New versions wait until a person taps. The worker never takes over by itself, so nothing changes under a half-filled form.
import { core } from './core.svelte';
import { saved } from './saved';
import { scriptUrl } from './trusted';

const LOOK_AGAIN_MS = 6 * 3_600_000;

let waiting = $state.raw<ServiceWorker | null>(null);
let dismissed = $state(false);

export const updateReady = (): boolean => waiting !== null && !dismissed;
export const updateLater = (): void => {
  dismissed = true;
};

/** Saves everything, lets the new worker in and opens the page again. */
export async function applyUpdate(): Promise<void> {
  await saved(() => core().leave());
  // A browser puts a worker that waits to sleep, and may lose what it is told while it wakes: said until the page opens again.
  setInterval(() => waiting?.postMessage('update-now'), 500);
}

/** Registers the worker and watches for a successor. Without service workers (some chat browsers) the app simply works online. */
export async function watchForUpdates(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const hadWorker = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The very first worker also takes control at some time; that is no reason to reload.
    // The tap may have been in another tab: what is half written in this one is saved first.
    if (hadWorker) void saved(() => core().leave()).then(() => location.reload());
  });
  let registration: ServiceWorkerRegistration;
  try {
    registration = await navigator.serviceWorker.register(scriptUrl('/sw.js'));
  } catch {
    return;
  }
  const look = (): void => {
    if (registration.waiting && navigator.serviceWorker.controller) waiting = registration.waiting;
  };
  look();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', look);
  });
  setInterval(() => void registration.update().catch(() => undefined), LOOK_AGAIN_MS);
}
