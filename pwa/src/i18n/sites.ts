import { area } from './area.svelte';
import { sites as zh } from './zh/sites';

export const sites = area(zh, async () => (await import('./en/sites')).sites);
