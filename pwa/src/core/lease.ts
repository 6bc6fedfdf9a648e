// One uploader per phone, however many tabs are open. A Web Lock names it; a heartbeat shows that it is alive; a tab on screen may take the
// lock from one that the browser has frozen. Taking it is safe because every request may be repeated.
import type { Host } from './host';

const LOCK = 'lalian-uploader';
const HEARTBEAT_MS = 5_000;
const FROZEN_AFTER_MS = 30_000;
const PAUSE_MS = 50;

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
    const turn = new AbortController();
    const stop = (): void => turn.abort();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await oneTurn(host, heartbeat, turn, work);
    } catch (error) {
      // AbortError: stolen from us, or our patience ended. Both mean: ask again.
      if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    } finally {
      turn.abort();
      signal.removeEventListener('abort', stop);
    }
    if (!signal.aborted) await host.sleep(host.visible() ? PAUSE_MS : HEARTBEAT_MS, signal);
  }
}

/** Asks for the lock once, and works while it is ours. `turn` ends everything about this turn. */
async function oneTurn(host: Host, heartbeat: Heartbeat, turn: AbortController, work: (lost: AbortSignal) => Promise<void>): Promise<void> {
  const frozen = host.visible() && Math.abs(host.now() - heartbeat.heard()) > FROZEN_AFTER_MS && (await isHeld(host));
  const waiting = new AbortController();
  turn.signal.addEventListener('abort', () => waiting.abort(), { once: true });
  // Waiting is bounded, so that a holder that freezes later is noticed too.
  const granted = new AbortController();
  if (!frozen) void host.sleep(FROZEN_AFTER_MS, granted.signal).then(() => granted.signal.aborted || waiting.abort());
  try {
    await host.locks.request(LOCK, frozen ? { steal: true } : { signal: waiting.signal }, async () => {
      granted.abort();
      if (turn.signal.aborted) return;
      const working = work(turn.signal);
      // Without a sign of life another tab would take the lease by force: better given up.
      beat(host, heartbeat, turn).catch(() => turn.abort());
      await working;
    });
  } finally {
    granted.abort();
  }
}

/** Shows that we are alive; a hidden tab ends its turn when another tab is waiting, alone it goes on for as long as the browser lets it. */
async function beat(host: Host, heartbeat: Heartbeat, turn: AbortController): Promise<void> {
  while (!turn.signal.aborted) {
    heartbeat.say();
    if (!host.visible() && (await isWanted(host))) return turn.abort();
    await host.sleep(HEARTBEAT_MS, turn.signal);
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
