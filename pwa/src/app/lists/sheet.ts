// What every order says in the same words: its address, and until when.
import { time } from '@/i18n/format';
import { lists } from '@/i18n/lists';
import { addressForOthers } from '../shell/address.svelte';
import { dayWords } from '../tickets/due';

/** Opens the ticket on any phone that has the app, and in a browser after signing in. */
export const ticketLink = (id: string): string => `${addressForOthers()}/#/tickets/${id}`;

/** 24:00 of a day, not 00:00 of the next one. */
export function untilWords(due_at: string | null): string {
  if (due_at === null) return '';
  const at = time(due_at);
  return lists().order.until(dayWords(due_at), at === '00:00' ? '24:00' : at);
}
