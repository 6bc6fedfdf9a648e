// Space on the phone as a state that people see. Text always fits: what is refused when space ends is new photos, never words.
import type { Host } from './host';
import type { StorageStatus } from './model';

const AMBER = 0.6;
const RED = 0.85;
/** Below this much free space no new photo is begun (about 300 photos of an inspection day). */
export const FREE_FLOOR_BYTES = 300_000_000;

export const UNKNOWN_STORAGE: StorageStatus = { level: 'unknown', free_bytes: null, used_bytes: null, persisted: null };

export async function storageStatus(host: Host): Promise<StorageStatus> {
  const storage = host.storage;
  if (!storage) return UNKNOWN_STORAGE;
  try {
    // Safari 16.4 has persisted() but not estimate().
    const persisted = await storage.persisted();
    const { quota, usage } = typeof storage.estimate === 'function' ? await storage.estimate() : {};
    if (quota === undefined || usage === undefined || quota === 0) return { ...UNKNOWN_STORAGE, persisted };
    const free_bytes = Math.max(0, quota - usage);
    const share = usage / quota;
    const level = share > RED || free_bytes < FREE_FLOOR_BYTES ? 'red' : share > AMBER ? 'amber' : 'green';
    return { level, free_bytes, used_bytes: usage, persisted };
  } catch {
    return UNKNOWN_STORAGE;
  }
}

/** Asks the browser to keep our data; called once the first photo lies here, when the wish is easiest to explain. */
export async function keepStorage(host: Host): Promise<boolean> {
  try {
    return (await host.storage?.persisted()) === true || (await host.storage?.persist()) === true;
  } catch {
    return false;
  }
}
