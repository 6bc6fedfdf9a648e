// The end of a browser as a phone's system or an empty battery brings it: no warning, nothing flushed.
import { readdirSync, readFileSync } from 'node:fs';

/** Ends every process of the browser that uses this profile, at once. Returns how many there were. */
export function killBrowser(profile) {
  let ended = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (!words.includes(`--user-data-dir=${profile}`)) continue;
      process.kill(Number(pid), 'SIGKILL');
      ended += 1;
    } catch {
      // It ended by itself between the look and the kill.
    }
  }
  return ended;
}

/** A sequence that a seed repeats (mulberry32); uniform in [0, 1). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
