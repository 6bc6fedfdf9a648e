// One uploader per phone, however many tabs are open. A Web Lock names it; a heartbeat shows that it is alive; a tab on screen may take the
// lock from one that the browser has frozen. Taking it is safe because every request may be repeated.
import type { Host } from './host';

const LOCK = 'lalian-uploader';
const HEARTBEAT_MS = 5_000;
const FROZEN_AFTER_MS = 30_000;

export interface Heartbeat {
  /** When any tab last said that it holds the lease (this tab's clock). */
  readonly heard: () => number;
  readonly say: () => void;
}

/**
 * Holds the lease for as long as `work` runs, waiting for it as long as needed. `signal` of the work is aborted when the lease is lost.
 * Returns when `signal` is aborted.
 */
export async function holdLease(host: Host, heartbeat: Heartbeat, signal: AbortSignal, work: (lost: AbortSignal) => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    const steal = host.visible() && host.now() - heartbeat.heard() > FROZEN_AFTER_MS && (await isHeld(host));
    const attempt = new AbortController();
    const stop = (): void => attempt.abort();
    signal.addEventListener('abort', stop, { once: true });
    const lost = new AbortController();
    // Waiting is bounded so that a frozen holder is noticed.
    const patience = steal ? null : setTimeout(stop, FROZEN_AFTER_MS);
    try {
      await host.locks.request(LOCK, steal ? { steal: true } : { signal: attempt.signal }, async () => {
        if (patience !== null) clearTimeout(patience);
        if (signal.aborted) return;
        signal.addEventListener('abort', () => lost.abort(), { once: true });
        heartbeat.say();
        const beat = setInterval(() => {
          heartbeat.say();
          // A hidden tab hands over when somebody is waiting; alone it goes on for as long as the browser lets it.
          if (!host.visible()) void isWanted(host).then((wanted) => wanted && lost.abort());
        }, HEARTBEAT_MS);
        try {
          await work(lost.signal);
        } finally {
          clearInterval(beat);
        }
      });
    } catch (error) {
      // AbortError: stolen from us, or our patience ended. Both mean: ask again.
      lost.abort();
      if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    } finally {
      if (patience !== null) clearTimeout(patience);
      signal.removeEventListener('abort', stop);
    }
    if (!signal.aborted) await host.sleep(host.visible() ? 50 : HEARTBEAT_MS, signal);
  }
}

async function isHeld(host: Host): Promise<boolean> {
  const { held } = await host.locks.query();
  return held?.some((lock) => lock.name === LOCK) ?? false;
}

async function isWanted(host: Host): Promise<boolean> {
  const { pending } = await host.locks.query();
  return pending?.some((lock) => lock.name === LOCK) ?? false;
}
