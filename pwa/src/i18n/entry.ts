import { area } from './area.svelte';
import { entry as zh } from './zh/entry';

/** Words of the first minutes with an account: codes, who to ask, what a password must be. */
export const entry = area(zh, async () => (await import('./en/entry')).entry);
