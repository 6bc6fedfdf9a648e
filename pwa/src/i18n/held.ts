import { area } from './area.svelte';
import { held as zh } from './zh/held';

export const held = area(zh, async () => (await import('./en/held')).held);
