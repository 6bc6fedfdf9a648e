import { area } from './area.svelte';
import { channels as zh } from './zh/channels';

/** Words of the office's ways out: robots of chat groups, mail, when and what is sent. */
export const channels = area(zh, async () => (await import('./en/channels')).channels);
