import { area } from './area.svelte';
import { setup as zh } from './zh/setup';

/** Words of the guided set-up of a county. */
export const setup = area(zh, async () => (await import('./en/setup')).setup);
