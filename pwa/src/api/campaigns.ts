// Answers about campaigns, look-back, the county's own clock and projects, as the server's document says them.
import type { PhotoRef, TicketState } from '../core/rows';

export const HONOURS = ['county', 'city', 'provincial', 'national'] as const;
export type Honour = (typeof HONOURS)[number];

export interface Scope {
  /** This level or above; null = every place. */
  readonly honour_level: Honour | null;
  /** Empty = all. */
  readonly site_kinds: readonly string[];
  readonly township_ids: readonly string[];
}

export interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly state: 'draft' | 'running' | 'ended';
  readonly scope: Scope;
  readonly deadline_day: string;
  readonly created_at: string;
  readonly created_by_name: string | null;
  readonly started_at: string | null;
  readonly started_by_name: string | null;
  readonly ended_at: string | null;
  readonly end_reason: string;
  readonly baseline: number | null;
  /** Tickets whose date is still to be moved. */
  readonly settling: number;
  readonly version: number;
}

export interface Preview {
  readonly as_of: string;
  readonly tickets: number;
  readonly sooner: number;
  readonly townships: readonly { readonly id: string; readonly name: string; readonly tickets: number; readonly sooner: number }[];
}

/** `open` is with the unit; `submitted` and `on_hold` stand apart. */
export interface Counts {
  readonly baseline: number;
  readonly fresh: number;
  readonly closed: number;
  readonly left_out: number;
  readonly open: number;
  readonly submitted: number;
  readonly on_hold: number;
  readonly true_zero: boolean;
}

export interface Day {
  readonly day: string;
  readonly ideal: number;
  readonly baseline_open: number;
  readonly fresh_open: number;
  readonly fresh: number;
  readonly closed: number;
  readonly left_out?: number;
}

export interface Standing extends Counts {
  readonly as_of: string;
  readonly zero_rate: number | null;
  readonly townships: readonly (Counts & { readonly id: string; readonly name: string })[];
  readonly days: readonly Day[];
  readonly ideal: readonly { readonly day: string; readonly left: number }[];
}

export interface Board extends Standing {
  readonly campaign: Campaign;
  /** As it stood when it ended, which later corrections do not change. */
  readonly final: Standing | null;
}

export interface LookBack {
  readonly id: string;
  readonly from_day: string;
  readonly to_day: string;
  readonly seed: string;
  readonly percent: number;
  readonly flagged_percent: number;
  readonly flagged_days: number;
  readonly drawn_at: string;
  readonly drawn_by_name: string | null;
  readonly reason: string;
  readonly redo_of: string | null;
  readonly redone_by: string | null;
  readonly candidates: number;
  readonly drawn: number;
  readonly held: number;
  readonly not_held: number;
  readonly waiting: number;
}

export interface LookBackTownship {
  readonly id: string;
  readonly name: string;
  readonly flagged: boolean;
  readonly candidates: number;
  readonly drawn: number;
  readonly held: number;
  readonly not_held: number;
  readonly waiting: number;
  readonly rate: number | null;
}

export interface LookBackItem {
  readonly ticket_id: string;
  readonly number: string | null;
  readonly title: string;
  readonly township_id: string | null;
  readonly township_name: string | null;
  readonly site_name: string | null;
  readonly state: 'waiting' | 'held' | 'not_held' | 'dropped';
  readonly looked_at: string | null;
  readonly person_name: string | null;
  readonly note: string;
}

export interface LookBackPage extends LookBack {
  /** Drawn again from the seed, the same tickets came. */
  readonly reproduced: boolean;
  readonly townships: readonly LookBackTownship[];
  readonly items: readonly LookBackItem[];
}

export interface CheckMonth {
  readonly month: string;
  readonly checks: number;
  readonly median_hours: number | null;
  readonly p90_hours: number | null;
  readonly late: number;
  readonly accepts: number;
  readonly response_median_hours: number | null;
  readonly county_response_median_hours: number | null;
}

/** A number of such a month that opens its rows. */
export type CheckFigure = 'checks' | 'late' | 'accepts';

export interface CheckRow {
  readonly ticket_id: string;
  readonly number: string;
  /** The event's version in the ticket's history. */
  readonly event: number;
  readonly transition: string;
  readonly at: string;
  readonly hours: number;
  readonly late: boolean;
}

export interface CheckRows {
  readonly as_of: string;
  readonly count: number;
  readonly items: readonly CheckRow[];
  readonly next: string | null;
}

export interface CheckFigures {
  readonly as_of: string;
  readonly check_days: number;
  readonly months: readonly CheckMonth[];
  readonly waiting: number;
  readonly waiting_late: number;
}

export interface Milestone {
  readonly id: string;
  readonly name: string;
  readonly day: string;
  readonly done_on: string | null;
  readonly done_by_name: string | null;
  readonly late: boolean;
  readonly note: string;
  readonly photos: readonly PhotoRef[];
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly note: string;
  readonly unit_kind: string;
  readonly unit_id: string;
  readonly unit_name: string | null;
  readonly state: 'open' | 'done' | 'dropped';
  readonly created_at: string;
  readonly created_by_name: string | null;
  readonly version: number;
  readonly milestones: readonly Milestone[];
  readonly tickets: readonly { readonly id: string; readonly number: string | null; readonly title: string; readonly state: TicketState }[];
  readonly late: number;
}

/** `GET /figures/look-backs`: by the day of the look; a rate is a share of those looked at. */
export interface LookBackFigures {
  readonly as_of: string;
  readonly from: string;
  readonly to: string;
  readonly looked: number;
  readonly not_held: number;
  readonly rate: number | null;
  readonly townships: readonly { readonly id: string; readonly name: string; readonly looked: number; readonly not_held: number; readonly rate: number | null }[];
}
