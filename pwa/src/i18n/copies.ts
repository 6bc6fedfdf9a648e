import { area } from './area.svelte';
import { copies as zh } from './zh/copies';

export const copies = area(zh, async () => (await import('./en/copies')).copies);
