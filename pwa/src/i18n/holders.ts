import { area } from './area.svelte';
import { holders as zh } from './zh/holders';

/** Words of the office's pages about who answers for what: gaps, honours, hand-over. */
export const holders = area(zh, async () => (await import('./en/holders')).holders);
