import { area } from './area.svelte';
import { look as zh } from './zh/look';

export const look = area(zh, async () => (await import('./en/look')).look);
