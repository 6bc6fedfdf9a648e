// The screen lock of one person on this phone. It keeps a colleague from looking and tapping by mistake; it does not encrypt, and says so on screen.
// Wrong tries wait longer and longer, over restarts too. Forgotten: the password takes it away. Nothing that is unsent ever depends on it.
import { base64 } from './bytes';
import type { Database } from './db';
import { getMeta, putMeta, readMeta, type Pin } from './meta';

export const PIN_DIGITS = 6;
const ROUNDS = 200_000;
const FREE_TRIES = 4;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 900_000;
/** Coming back within this time (a call, the camera app, a killed page) asks for nothing. */
export const GRACE_MS = 5 * 60_000;

export type UnlockResult =
  | { readonly kind: 'open' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'slow_down'; readonly seconds: number };

export const isPin = (text: string): boolean => new RegExp(`^\\d{${PIN_DIGITS}}$`).test(text);

export async function setPin(db: Database, pin: string, now: number): Promise<void> {
  const salt = base64(crypto.getRandomValues(new Uint8Array(16)));
  const value: Pin = { salt, hash: await hashed(pin, salt, ROUNDS), rounds: ROUNDS, failures: 0, until: 0, left_at: now };
  await db.write(['meta'], (tx) => putMeta(tx, 'pin', value));
}

export function removePin(db: Database): Promise<void> {
  return db.write(['meta'], (tx) => tx.objectStore('meta').delete('pin'));
}

export async function tryPin(db: Database, given: string, now: number): Promise<UnlockResult> {
  const pin = await readMeta(db, 'pin');
  if (!pin) return { kind: 'open' };
  const left = Math.min(pin.until - now, LONGEST_WAIT_MS);
  // A clock that was set back must not close it for a year: the wait begins anew by the new time.
  if (pin.until - now > LONGEST_WAIT_MS) await db.write(['meta'], (tx) => putMeta(tx, 'pin', { ...pin, until: now + LONGEST_WAIT_MS }));
  if (left > 0) return { kind: 'slow_down', seconds: Math.ceil(left / 1000) };
  const right = (await hashed(given, pin.salt, pin.rounds)) === pin.hash;
  // Two tabs trying at once are counted one after the other.
  return db.write(['meta'], async (tx) => {
    const present = await getMeta(tx, 'pin');
    if (!present) return { kind: 'open' };
    if (right) {
      await putMeta(tx, 'pin', { ...present, failures: 0, until: 0, left_at: now });
      return { kind: 'open' };
    }
    const failures = present.failures + 1;
    const wait = failures <= FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - FREE_TRIES - 1));
    await putMeta(tx, 'pin', { ...present, failures, until: wait === 0 ? 0 : now + wait });
    return wait === 0 ? { kind: 'wrong' } : { kind: 'slow_down', seconds: Math.ceil(wait / 1000) };
  });
}

/** The screen is left while the lock is open. */
export function leave(db: Database, now: number): Promise<void> {
  return db.write(['meta'], async (tx) => {
    const pin = await getMeta(tx, 'pin');
    if (pin) await putMeta(tx, 'pin', { ...pin, left_at: now });
  });
}

export async function stillOpen(db: Database, now: number): Promise<boolean> {
  const pin = await readMeta(db, 'pin');
  return pin === null || (now >= pin.left_at && now - pin.left_at < GRACE_MS);
}

async function hashed(pin: string, salt: string, rounds: number): Promise<string> {
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveBits']);
  const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: new TextEncoder().encode(salt), iterations: rounds }, key, 256);
  return base64(bits);
}
