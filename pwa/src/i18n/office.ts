import { area } from './area.svelte';
import { office as zh } from './zh/office';

export const office = area(zh, async () => (await import('./en/office')).office);
