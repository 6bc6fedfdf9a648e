import { area } from './area.svelte';
import { inspector as zh } from './zh/inspector';

export const inspector = area(zh, async () => (await import('./en/inspector')).inspector);
