// What each step did to a ticket's deadline, from its events alone: the history and the explained clock read the same.
import type { TicketEvent } from '@/api/types';
import { time } from '@/i18n/format';
import { lastDay } from '../tickets/workdays';

export type Data = Readonly<Record<string, unknown>>;

export const text = (data: Data, key: string): string => {
  const value = data[key];
  return typeof value === 'string' ? value : '';
};
export const count = (data: Data, key: string): number | null => {
  const value = data[key];
  return typeof value === 'number' ? value : null;
};
export const part = (data: Data, key: string): Data => {
  const value = data[key];
  return typeof value === 'object' && value !== null ? (value as Data) : {};
};
export const dataOf = (event: TicketEvent): Data => event.data ?? {};
/** The deadline that on-time goes by, as an event leaves it. */
export const dueAfter = (data: Data): string => text(data, 'official_due_at') || text(data, 'due_at') || text(part(data, 'after'), 'official_due_at');

export const inOrder = (events: readonly TicketEvent[]): readonly TicketEvent[] => [...events].sort((a, b) => a.version - b.version || a.accepted_at.localeCompare(b.accepted_at));

/** What a step did to the deadline that on-time goes by, and the zeroing date that held it then. */
export interface Move {
  readonly event: TicketEvent;
  readonly before: string | null;
  readonly after: string | null;
  readonly zero: { readonly day: string; readonly name: string } | null;
}

export const BY_CAMPAIGN: readonly string[] = ['campaign_joined', 'campaign_left'];

/** Steps whose `due_at` is something else: what a returned repair has for itself, a stage's limit, the date that passed. */
const OWN_DATE: readonly string[] = ['T12', 'stage', 'T15'];

/** The deadline before and after each step, oldest first. */
export function moves(events: readonly TicketEvent[]): readonly Move[] {
  let due: string | null = null;
  let zero: Move['zero'] = null;
  const names = new Map<string, string>();
  return inOrder(events).map((event): Move => {
    const data = dataOf(event);
    const before = due;
    due = (OWN_DATE.includes(event.transition) ? text(data, 'official_due_at') : dueAfter(data)) || due;
    if (BY_CAMPAIGN.includes(event.transition)) {
      if (text(data, 'day')) names.set(text(data, 'day'), text(data, 'name'));
      const day = text(data, 'zero_day');
      zero = day ? { day, name: names.get(day) ?? '' } : null;
    }
    return { event, before, after: due, zero };
  });
}

export const moved = ({ before, after }: Move): boolean => before !== null && after !== null && Date.parse(before) !== Date.parse(after);
export const later = ({ before, after }: Move): boolean => before !== null && after !== null && Date.parse(after) > Date.parse(before);
/** The zeroing date is what the deadline goes by: it ends with that day. */
export const heldBy = (zero: string | null | undefined, due: string | null): boolean => !!zero && due !== null && lastDay(due) === zero && time(due) === '00:00';
