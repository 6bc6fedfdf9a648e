import { area } from './area.svelte';
import { duty as zh } from './zh/duty';

/** Words of the four duties' first screens. */
export const duty = area(zh, async () => (await import('./en/duty')).duty);
