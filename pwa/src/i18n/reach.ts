import { area } from './area.svelte';
import { reach as zh } from './zh/reach';

export const reach = area(zh, async () => (await import('./en/reach')).reach);
