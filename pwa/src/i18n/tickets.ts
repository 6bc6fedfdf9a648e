import { area } from './area.svelte';
import { tickets as zh } from './zh/tickets';

/** Words about tickets that the township and the office share. */
export const tickets = area(zh, async () => (await import('./en/tickets')).tickets);
