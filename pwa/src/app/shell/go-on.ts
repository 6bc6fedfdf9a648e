// What follows a tap may take a moment, and whoever has gone elsewhere in that moment is not fetched back.
import { replace } from 'svelte-spa-router';

/** Remembers the screen of now; what it answers puts another in its place only while the person is still there. */
export function goOn(): (to: string) => Promise<void> {
  const from = location.hash;
  return async (to) => {
    if (location.hash === from) await replace(to);
  };
}
