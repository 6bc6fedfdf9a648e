import { area } from './area.svelte';
import { kinds as zh } from './zh/kinds';

/** Names of the kinds of operation, wherever work is listed. */
export const kinds = area(zh, async () => (await import('./en/kinds')).kinds);
