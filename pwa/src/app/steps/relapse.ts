// How long after closing a fault that is seen again is the same one: the county's days, else the defaults of the server.
import type { SettingsRow, Ticket } from '@/core';

const DAY_MS = 86_400_000;

export function tooLate(ticket: Pick<Ticket, 'closed_at' | 'is_static'>, settings: SettingsRow['settings'] | null, now: number): boolean {
  if (ticket.closed_at === null) return false;
  const days = ticket.is_static ? (settings?.deadlines?.relapse_static_days ?? 30) : (settings?.deadlines?.relapse_dynamic_days ?? 7);
  return now > Date.parse(ticket.closed_at) + days * DAY_MS;
}
