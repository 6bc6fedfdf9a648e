import { area } from './area.svelte';
import { lists as zh } from './zh/lists';

export const lists = area(zh, async () => (await import('./en/lists')).lists);
