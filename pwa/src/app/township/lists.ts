// Which tickets lie under which tab. A ticket may lie under two (overdue and sent back): people look for it in either.
import type { Ticket } from '@/core';

/** In the order of what to do first. */
export const TABS = ['issued', 'overdue', 'due', 'rework', 'in_progress', 'submitted', 'closed'] as const;
export type Tab = (typeof TABS)[number];

const WITH_US: readonly Ticket['state'][] = ['issued', 'in_progress', 'rework'];

export const BELONGS: Record<Tab, (ticket: Ticket) => boolean> = {
  issued: (t) => t.state === 'issued',
  overdue: (t) => t.overdue && WITH_US.includes(t.state),
  due: (t) => t.due_soon && !t.overdue && WITH_US.includes(t.state),
  rework: (t) => t.state === 'rework',
  in_progress: (t) => t.state === 'in_progress' || t.state === 'on_hold',
  submitted: (t) => t.state === 'submitted',
  closed: (t) => t.state === 'closed',
};

/** What waits for somebody here: each ticket once, however many tabs show it. */
export const waiting = (tickets: readonly Ticket[]): number =>
  tickets.filter((t) => BELONGS.issued(t) || BELONGS.overdue(t) || BELONGS.due(t) || BELONGS.rework(t)).length;

/** The tab to open first: the first with something to do. */
export const firstTab = (tickets: readonly Ticket[]): Tab => TABS.find((tab) => tickets.some(BELONGS[tab])) ?? 'issued';

/** Soonest deadline first; closed ones newest first. */
export function inOrder(tab: Tab, tickets: readonly Ticket[]): readonly Ticket[] {
  const key = (t: Ticket): string => (tab === 'closed' ? (t.closed_at ?? '') : (t.due_at ?? '9'));
  const sorted = tickets.filter(BELONGS[tab]).sort((a, b) => key(a).localeCompare(key(b)) || a.id.localeCompare(b.id));
  return tab === 'closed' ? sorted.reverse() : sorted;
}

export function isTab(value: string | null): value is Tab {
  return TABS.some((tab) => tab === value);
}
