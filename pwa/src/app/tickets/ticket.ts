// Small questions about a ticket that several screens ask.
import type { TicketPage } from '@/api/types';
import type { Kind, PhotoRef, Role, Ticket } from '@/core';

/** A row of a list, or a page with more. */
export type AnyTicket = Ticket;

/** May the acting post do this now? The server says `ticket.issue/1`; the version of a kind is not the screen's business. */
export function may(page: Pick<TicketPage, 'allowed'>, kind: Kind): boolean {
  return page.allowed.some((name) => name === kind || name.startsWith(`${kind}/`));
}

/** What the person is working on, for lists of sealed work. */
export function subjectOf(ticket: AnyTicket): { ticket_id: string; title: string } {
  return { ticket_id: ticket.id, title: ticket.number ? `${ticket.number} ${ticket.title}` : ticket.title };
}

/** "XX 站台 · 松场社区": where it is, most exact first. */
export function placeOf(ticket: AnyTicket): string {
  return [ticket.site_name, ticket.village_name, ticket.township_name].filter((name) => name !== null && name !== '').join(' · ');
}

export const isOpen = (ticket: AnyTicket): boolean => ['issued', 'in_progress', 'submitted', 'rework', 'on_hold', 'pending'].includes(ticket.state);

/** Given back because the fault was seen again after closing, not because a check found it short. */
export const cameBack = (events: readonly { readonly transition: string }[]): boolean => events.filter((event) => event.transition === 'T12' || event.transition === 'T13').at(-1)?.transition === 'T13';

/** Whether the hour by which the danger had to be under control has passed without a report in time. */
export const controlLate = (ticket: AnyTicket, now: number): boolean =>
  (ticket.stages ?? []).some((one) => one.stage === 'control' && (one.late || (clockRuns(ticket) && one.done_at === null && one.due_at !== null && Date.parse(one.due_at) < now)));

/** Open and in the township's hands: a clock runs. */
export const clockRuns = (ticket: AnyTicket): boolean => ['issued', 'in_progress', 'rework'].includes(ticket.state);

const EARTH_M = 6_371_000;

/** Metres between a photo and the fault; null where either has no position. */
export function metresBetween(a: { lon: number | null; lat: number | null }, b: { lon: number | null; lat: number | null }): number | null {
  if (a.lon === null || a.lat === null || b.lon === null || b.lat === null) return null;
  const rad = Math.PI / 180;
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad);
  const y = (b.lat - a.lat) * rad;
  return Math.hypot(x, y) * EARTH_M;
}

export const firstStored = (photos: readonly PhotoRef[]): PhotoRef | null => photos.find((photo) => photo.state === 'stored') ?? photos[0] ?? null;

/** A flag is a code, alone or with a detail. */
export function flagCode(flag: unknown): string {
  if (typeof flag === 'string') return flag;
  return typeof flag === 'object' && flag !== null && 'code' in flag ? String(flag.code) : '';
}

/** What a role may do in a state, for a device that cannot ask: the county judges it again anyway (permission table, ticket machine). */
export function likelyAllowed(role: Role, state: Ticket['state']): readonly Kind[] {
  const kinds: Kind[] = [];
  if (state === 'issued' && ['deputy_leader', 'desk_officer', 'department'].includes(role)) kinds.push('ticket.accept');
  if (!['issued', 'in_progress', 'rework'].includes(state)) return kinds;
  if (['main_leader', 'deputy_leader', 'desk_officer', 'village_cadre', 'department'].includes(role)) kinds.push('ticket.rectify');
  if (state !== 'issued' && ['deputy_leader', 'department'].includes(role)) kinds.push('ticket.submit');
  return kinds;
}
