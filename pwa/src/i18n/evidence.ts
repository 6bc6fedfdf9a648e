import { area } from './area.svelte';
import { evidence as zh } from './zh/evidence';

export const evidence = area(zh, async () => (await import('./en/evidence')).evidence);
