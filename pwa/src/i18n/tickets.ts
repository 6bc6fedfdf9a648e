import { area } from './area.svelte';
import { tickets as en } from './en/tickets';
import { tickets as zh } from './zh/tickets';

/** Words about tickets that the township and the office share. */
export const tickets = area(zh, en);
