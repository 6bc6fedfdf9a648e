import { area } from './area.svelte';
import { ticketWords as zh } from './zh/ticket-words';

export const ticketWords = area(zh, async () => (await import('./en/ticket-words')).ticketWords);
