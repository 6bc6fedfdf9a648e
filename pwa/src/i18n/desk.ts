import { area } from './area.svelte';
import { desk as zh } from './zh/desk';

export const desk = area(zh, async () => (await import('./en/desk')).desk);
