// The push switch of this browser and this person. Nothing is sent with a push, so nothing but an address of the browser's own push service goes
// to the county. Everything here may fail, and in China often does: the inbox is the sure way.
import type { PushOffer } from '@/api/notices';
import { core } from '../shell/core.svelte';
import { installed } from '../shell/install.svelte';
import { keyBytes, sameKey, standing, type PushStanding } from './push';

/** A browser without its push service lets the question hang. */
const PATIENCE_MS = 20_000;

export type PushTrouble = 'unreachable' | 'refused' | 'failed';

const supported = (): boolean => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
/** iPads say that they are Macs; only they have fingers. */
const ios = (): boolean => /iPhone|iPad/.test(navigator.userAgent) || (navigator.userAgent.includes('Macintosh') && navigator.maxTouchPoints > 1);

async function within<T>(work: Promise<T>): Promise<T | null> {
  return Promise.race([work, new Promise<null>((done) => setTimeout(() => done(null), PATIENCE_MS))]);
}

async function subscription(): Promise<PushSubscription | null> {
  const registration = supported() ? await navigator.serviceWorker.getRegistration() : undefined;
  return (await registration?.pushManager.getSubscription()) ?? null;
}

export class PushSwitch {
  #offer = $state.raw<PushOffer | null>(null);
  standing = $state<PushStanding | null>(null);
  trouble = $state<PushTrouble | null>(null);
  busy = $state(false);

  get devices(): number {
    return this.#offer?.on ?? 0;
  }

  /** Leaves `standing` null when the county cannot be asked. */
  async look(): Promise<void> {
    const answer = await core().api.get<PushOffer>('/notices/push');
    if (answer.kind !== 'ok') return;
    this.#offer = answer.data;
    const key = answer.data.public_key || null;
    const [now, mine] = await Promise.all([subscription(), core().aids().then((aids) => aids?.push() ?? null)]);
    this.standing = standing({
      supported: supported(),
      ios: ios(),
      installed: installed(),
      permission: 'Notification' in window ? Notification.permission : 'default',
      key,
      subscribed: now !== null && mine !== null && now.endpoint === mine.endpoint && key !== null && sameKey(now.options.applicationServerKey, key),
    });
  }

  async turn(on: boolean): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.trouble = null;
    try {
      this.trouble = on ? await this.#on() : await off();
    } catch {
      this.trouble = 'unreachable';
    }
    this.busy = false;
    await this.look();
  }

  async #on(): Promise<PushTrouble | null> {
    const key = this.#offer?.public_key;
    if (!key) return 'failed';
    // Asked right behind the tap, as browsers want it.
    if ((await Notification.requestPermission()) !== 'granted') return 'refused';
    const registration = await within(navigator.serviceWorker.ready);
    if (!registration) return 'unreachable';
    const before = await registration.pushManager.getSubscription();
    if (before && !sameKey(before.options.applicationServerKey, key)) await before.unsubscribe();
    const made = await within(registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: keyBytes(key) }));
    if (!made) return 'unreachable';
    const bound = await core().api.send<{ id: string }>('POST', '/notices/push', { endpoint: made.endpoint });
    if (bound.kind !== 'ok') {
      await made.unsubscribe();
      // A push service that the county does not know cannot be used.
      return bound.kind === 'problem' && bound.problem.status === 422 ? 'unreachable' : 'failed';
    }
    await (await core().aids())?.setPush({ id: bound.data.id, endpoint: made.endpoint });
    return null;
  }
}

async function off(): Promise<PushTrouble | null> {
  const aids = await core().aids();
  const mine = await aids?.push();
  await (await subscription())?.unsubscribe();
  if (!mine) return null;
  const told = await core().api.send('DELETE', `/notices/push/${mine.id}`);
  // Without the browser's half nothing can arrive; the county finds out when it tries.
  await aids?.setPush(null);
  return told.kind === 'ok' || told.kind === 'offline' ? null : 'failed';
}

/** Before signing out; quietly, because leaving must not fail. */
export async function forgetPush(): Promise<void> {
  try {
    if (await (await core().aids())?.push()) await off();
  } catch {
    // The browser's half may be broken; the county's half ends with the first push that finds nobody.
  }
}
