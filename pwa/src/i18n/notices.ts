import { area } from './area.svelte';
import { notices as zh } from './zh/notices';

/** Words of the inbox, the push switch and what is copied for chat groups. */
export const notices = area(zh, async () => (await import('./en/notices')).notices);
