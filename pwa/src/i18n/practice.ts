import { area } from './area.svelte';
import { practice as zh } from './zh/practice';

export const practice = area(zh, async () => (await import('./en/practice')).practice);
