import { area } from './area.svelte';
import { township as zh } from './zh/township';

export const township = area(zh, async () => (await import('./en/township')).township);
