import { area } from './area.svelte';
import { calendar as zh } from './zh/calendar';

/** Words of the page on which the office keeps holidays and worked weekends. */
export const calendar = area(zh, async () => (await import('./en/calendar')).calendar);
