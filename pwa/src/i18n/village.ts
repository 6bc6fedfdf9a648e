import { area } from './area.svelte';
import { village as zh } from './zh/village';

/** Words of the page that opens by a link, without an account. */
export const village = area(zh, async () => (await import('./en/village')).village);
