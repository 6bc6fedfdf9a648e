import { area } from './area.svelte';
import { help as zh } from './zh/help';

export const help = area(zh, async () => (await import('./en/help')).help);
