import { area } from './area.svelte';
import { stand as zh } from './zh/stand';

/** Words of the demo's stand: three devices side by side, the walk, the leader's page. */
export const stand = area(zh, async () => (await import('./en/stand')).stand);
