// Pages of the demo's stand, which need nobody signed in. On a real county they say that there is none and lead to the sign-in.
import type { Component } from 'svelte';

export const STAND: Readonly<Record<string, () => Promise<{ default: Component }>>> = {
  '/stand': () => import('../stand/Stand.svelte'),
  '/stand/leader': () => import('../stand/Leader.svelte'),
  '/pane': () => import('../stand/Pane.svelte'),
};
