import { area } from './area.svelte';
import { paper as zh } from './zh/paper';

/** Words of printed sheets and of entering them. */
export const paper = area(zh, async () => (await import('./en/paper')).paper);
