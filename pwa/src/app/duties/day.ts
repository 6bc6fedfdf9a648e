// What each of the four duties has to do today, from the tickets that lie on this phone: the groups of its first screen in the order of doing them.
import type { Role, Ticket } from '@/core';
import { planState } from '../colours/board';
import { inOrder, type Tab } from '../township/lists';

/** Groups that a duty's first screen may show. */
export type Group = 'to_sign' | 'drafts' | 'issued' | 'rework' | 'overdue' | 'hand_out' | 'due' | 'mine' | 'sent' | 'hold' | 'hard' | 'held' | 'waiting';

type Duty = Extract<Role, 'main_leader' | 'deputy_leader' | 'desk_officer' | 'village_cadre'>;

/** The county asks different things of each duty (domain.md 4.1, R67–R71): a leader looks, a deputy signs, a desk hands out, a village repairs. */
const GROUPS: Readonly<Record<Duty, readonly Group[]>> = {
  main_leader: ['overdue', 'hold', 'hard', 'held', 'due'],
  deputy_leader: ['to_sign', 'waiting', 'overdue', 'due', 'rework', 'issued'],
  desk_officer: ['issued', 'drafts', 'to_sign', 'rework', 'hand_out', 'overdue', 'due'],
  village_cadre: ['mine', 'sent'],
};

const WITH_US: readonly Ticket['state'][] = ['issued', 'in_progress', 'rework'];
const REPAIRS: readonly Ticket['state'][] = ['in_progress', 'rework'];
const isOpen = (ticket: Ticket, what: string): boolean => (ticket.requests ?? []).some((one) => one.what === what && one.state === 'open');

/** A repair was reported and waits for a signature. */
export const toSign = (ticket: Pick<Ticket, 'to_sign_id' | 'state'>): boolean => (ticket.to_sign_id ?? null) !== null && REPAIRS.includes(ticket.state);

/** What the tickets' own rows do not say. */
export interface Day {
  readonly signs: (ticket: Ticket) => boolean;
  /** Photos of the village that nobody has looked at, by ticket. */
  readonly drafts: ReadonlyMap<string, number>;
}

const FITS: Readonly<Record<Group, (ticket: Ticket, day: Day) => boolean>> = {
  to_sign: (t, day) => toSign(t) && day.signs(t),
  drafts: (t, day) => (day.drafts.get(t.id) ?? 0) > 0,
  issued: (t) => t.state === 'issued',
  rework: (t) => t.state === 'rework',
  overdue: (t) => t.overdue && WITH_US.includes(t.state),
  // Accepted, and nobody has shown anything of it yet.
  hand_out: (t, day) => t.state === 'in_progress' && t.attempts === 0 && !day.drafts.has(t.id),
  due: (t) => t.due_soon && !t.overdue && WITH_US.includes(t.state),
  mine: (t) => WITH_US.includes(t.state) && !toSign(t),
  // Shown, and not signed by the township yet.
  sent: toSign,
  // Marked as more than the unit can do: a hold is the main leader's to ask for.
  hold: (t) => t.hard_case === true && REPAIRS.includes(t.state) && !isOpen(t, 'hold'),
  // Asked about already, or held: still the county's to help with.
  hard: (t, day) => t.hard_case === true && t.state !== 'closed' && !FITS.hold(t, day),
  held: (t) => t.state === 'on_hold',
  waiting: (t) => WITH_US.concat('on_hold').includes(t.state) && (t.requests ?? []).some((one) => one.state === 'open'),
};

/** The list behind a group, where there is one of the same rows. */
export const TAB: Partial<Readonly<Record<Group, Tab>>> = { issued: 'issued', rework: 'rework', overdue: 'overdue', due: 'due' };

export interface Section {
  readonly group: Group;
  readonly tickets: readonly Ticket[];
}

export const isDuty = (role: Role): role is Duty => role in GROUPS;

const soonest = (a: Ticket, b: Ticket): number => (a.due_at ?? '9').localeCompare(b.due_at ?? '9') || a.id.localeCompare(b.id);
/** Held ones by the day of looking again. */
const review = (a: Ticket, b: Ticket): number => (a.review_day ?? '9').localeCompare(b.review_day ?? '9') || a.id.localeCompare(b.id);

export function rowsOf(group: Group, tickets: readonly Ticket[], day: Day): readonly Ticket[] {
  const tab = TAB[group];
  if (tab) return inOrder(tab, tickets);
  return tickets.filter((ticket) => FITS[group](ticket, day)).sort(group === 'held' ? review : soonest);
}

/** Groups with something in them. */
export function sectionsOf(role: Role, tickets: readonly Ticket[], day: Day): readonly Section[] {
  if (!isDuty(role)) return [];
  return GROUPS[role]
    .map((group) => ({ group, tickets: rowsOf(group, tickets, day) }))
    .filter((section) => section.tickets.length > 0);
}

/** How many of each ticket. */
export function byTicket(drafts: readonly { readonly ticket_id: string }[]): ReadonlyMap<string, number> {
  const counted = new Map<string, number>();
  for (const { ticket_id } of drafts) counted.set(ticket_id, (counted.get(ticket_id) ?? 0) + 1);
  return counted;
}

/** One month of the own township, once it is published. */
export interface PublishedColour {
  readonly id: string;
  /** `2026-10` */
  readonly month: string;
  readonly standing: 'green' | 'yellow' | 'red';
  readonly published_at: string | null;
  readonly planned: boolean;
  readonly plan_due: string | null;
}

export interface ShownMonth {
  readonly row: PublishedColour;
  /** What it still lacks: a plan, whose days may be over. */
  readonly plan: 'waited' | 'late' | null;
}

/** The oldest month that still lacks its plan, as something to do; then the newest one, where that is another. */
export function monthsToShow(rows: readonly PublishedColour[], now: number): readonly ShownMonth[] {
  const published = rows.filter((row) => row.published_at !== null).sort((a, b) => a.month.localeCompare(b.month));
  const shown = published.map((row): ShownMonth => {
    const plan = planState(row, now);
    return { row, plan: plan === 'waited' || plan === 'late' ? plan : null };
  });
  return [...new Set([shown.find(({ plan }) => plan !== null), shown.at(-1)])].filter((one) => one !== undefined);
}
