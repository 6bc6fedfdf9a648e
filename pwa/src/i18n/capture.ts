import { area } from './area.svelte';
import { capture as zh } from './zh/capture';

export const capture = area(zh, async () => (await import('./en/capture')).capture);
