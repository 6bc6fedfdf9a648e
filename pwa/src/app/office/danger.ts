// How much is at stake on a device that holds work, and what helps. About data, never about people: nothing here counts diligence.
import type { UnsentDevice } from '@/api/types';

const DAY_MS = 86_400_000;
const SILENT_MS = 3 * DAY_MS;
/** Browsers that promised nothing may drop data after a week without use. */
const FORGETFUL_MS = 4 * DAY_MS;
export const LOW_BYTES = 500_000_000;

export type Worry = 'revoked' | 'gap' | 'low' | 'forgetful' | 'silent' | 'old';
/** What somebody should do next; `none` = it arrives by itself. */
export type Advice = 'rescue' | 'ask' | 'call' | 'free' | 'open' | 'none';
export type Level = 'high' | 'some' | 'low' | 'safe';

/** Sealed work that has not come. */
export const missing = (device: UnsentDevice): number => Math.max(0, device.sealed_through - device.received_through);
export const holds = (device: UnsentDevice): boolean => device.held_operations > 0 || device.held_files > 0 || missing(device) > 0;

export interface Standing {
  readonly device: UnsentDevice;
  readonly level: Level;
  readonly worries: readonly Worry[];
  readonly advice: Advice;
}

export function standing(device: UnsentDevice, now: number): Standing {
  if (!holds(device)) return { device, level: 'safe', worries: [], advice: 'none' };
  const since = (at: string | null): number => (at === null ? 0 : now - Date.parse(at));
  const quiet = device.last_contact_at === null ? Infinity : since(device.last_contact_at);
  const facts: Record<Worry, boolean> = {
    revoked: device.revoked,
    // The phone says that it holds less than the county lacks: numbers were given out that nobody can send.
    gap: missing(device) > device.held_operations,
    low: device.free_bytes !== null && device.free_bytes < LOW_BYTES,
    forgetful: device.persisted === false && quiet > FORGETFUL_MS,
    silent: quiet > SILENT_MS,
    old: since(device.oldest_held_at) > DAY_MS,
  };
  const worries = (Object.keys(facts) as Worry[]).filter((worry) => facts[worry]);
  const level: Level = worries.length === 0 ? 'low' : worries.some((worry) => worry !== 'old') ? 'high' : 'some';
  return { device, level, worries, advice: adviceFor(facts) };
}

function adviceFor(facts: Record<Worry, boolean>): Advice {
  if (facts.revoked) return 'rescue';
  if (facts.silent || facts.forgetful) return 'call';
  if (facts.gap) return 'ask';
  if (facts.low) return 'free';
  return facts.old ? 'open' : 'none';
}

const ORDER: readonly Level[] = ['high', 'some', 'low', 'safe'];

/** What may be lost soonest first; among equals what has waited longest. */
export const byDanger = (rows: readonly UnsentDevice[], now: number): readonly Standing[] =>
  rows
    .map((device) => standing(device, now))
    .sort(
      (a, b) =>
        ORDER.indexOf(a.level) - ORDER.indexOf(b.level) ||
        b.worries.length - a.worries.length ||
        (a.device.oldest_held_at ?? '9').localeCompare(b.device.oldest_held_at ?? '9') ||
        a.device.device_id.localeCompare(b.device.device_id),
    );
