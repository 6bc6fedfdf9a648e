import { area } from './area.svelte';
import { field as zh } from './zh/field';

export const field = area(zh, async () => (await import('./en/field')).field);
