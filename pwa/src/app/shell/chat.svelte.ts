// Chat apps open links in a browser of their own whose storage lives with the chat's cache and which has no service worker. Nothing may be kept
// there: a page leads to the real browser, and who only wants to see or answer a ticket may do so while there is a network.
import type { Session } from '@/core';
import { isChatApp } from './chat-apps';
import { entryOf } from './roles';

export const IN_CHAT = isChatApp(navigator.userAgent);

let looking = $state(false);
/** Asked of the browser, because a session still counts as live until somebody needs the server. */
let online = $state(navigator.onLine);
if (IN_CHAT) {
  const look = (): void => void (online = navigator.onLine);
  addEventListener('online', look);
  addEventListener('offline', look);
}

export function lookHere(): void {
  looking = true;
}

export const looksHere = (): boolean => looking;

export const isOnline = (): boolean => online;

/** Whether the page that leads out stands before everything else. */
export function chatStops(who: Session): boolean {
  if (!IN_CHAT) return false;
  if (!looking || !online) return true;
  return who.kind === 'signed_in' && (who.link !== 'live' || (who.post !== null && entryOf(who.post.role) === 'inspector'));
}
