import { area } from './area.svelte';
import { colours as zh } from './zh/colours';

/** Words of the three colours, the counters beside them, copies to county leaders and records of talks. */
export const colours = area(zh, async () => (await import('./en/colours')).colours);
