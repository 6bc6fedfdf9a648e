import { area } from './area.svelte';
import { duties as zh } from './zh/duties';

/** Words of what a township arranges: signing, delegation, substitutes, liaisons, the village's link. */
export const duties = area(zh, async () => (await import('./en/duties')).duties);
