import { area } from './area.svelte';
import { story as zh } from './zh/story';

/** A ticket's history told in sentences; loads with the history itself. */
export const story = area(zh, async () => (await import('./en/story')).story);
