import { area } from './area.svelte';
import { photo as zh } from './zh/photo';

export const photo = area(zh, async () => (await import('./en/photo')).photo);
