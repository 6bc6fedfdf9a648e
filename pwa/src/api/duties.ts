// What the county answers about duties: delegations, substitutes, gaps, honours and liaisons, the village's link. Days are the county's local days.
import type { Role, Severity } from '../core';

export interface Rows<Row> {
  readonly items: readonly Row[];
  readonly next?: string | null;
  readonly as_of?: string;
}

/** A deputy lets desk officers sign submissions of these severities from day to day. */
export interface Delegation {
  readonly id: string;
  readonly township_id: string;
  readonly township_name: string;
  readonly deputy_post_id: string;
  readonly deputy_name: string | null;
  /** Null: every desk officer of the township. */
  readonly desk_post_id: string | null;
  readonly desk_name: string | null;
  readonly severities: readonly Severity[];
  readonly from_day: string;
  readonly to_day: string;
  readonly reason: string;
  readonly created_at: string;
  readonly revoked_at: string | null;
  readonly revoked_by_name: string | null;
  readonly active: boolean;
}

export interface Colleague {
  readonly person_id: string;
  readonly name: string;
  readonly post_id: string;
  readonly role: Role;
  readonly unit_kind: string;
  readonly unit_id: string;
  readonly unit_name: string;
  readonly valid_to: string | null;
  /** Holds it for somebody else. */
  readonly acting: boolean;
}

/** Somebody who holds a post for somebody else for some days. */
export interface Substitute {
  readonly id: string;
  readonly role: Role;
  readonly unit_kind: string;
  readonly unit_id: string;
  readonly unit_name: string;
  readonly person_id: string;
  readonly person_name: string | null;
  readonly for_post_id: string;
  readonly for_name: string | null;
  readonly from_day: string;
  readonly to_day: string;
  readonly valid_now: boolean;
  readonly ended: boolean;
}

export type HonourLevel = 'county' | 'city' | 'provincial' | 'national';

export interface Gap {
  readonly kind: 'no_holder' | 'ending' | 'no_liaison' | 'liaison_ended' | 'no_leader';
  readonly unit_kind: string;
  readonly unit_id: string;
  readonly unit_name: string;
  readonly township_id: string | null;
  readonly township_name: string | null;
  readonly role: Role | null;
  readonly ends_at: string | null;
  readonly place: { readonly kind: 'site' | 'division'; readonly id: string; readonly name: string; readonly level: HonourLevel } | null;
  readonly person_name: string | null;
}

/** A unit that cannot begin yet; a role of null means that nobody holds any duty there. */
export interface UnreadyUnit {
  readonly unit_kind: string;
  readonly unit_id: string;
  readonly unit_name: string;
  readonly township_id: string | null;
  readonly township_name: string | null;
  readonly lacking: readonly { readonly kind: 'no_holder' | 'no_pair' | 'no_password'; readonly role: Role | null }[];
}

export interface GapBoard extends Rows<Gap> {
  /** How many units were looked at. */
  readonly units: number;
  /** The same by kind of unit. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly unready: readonly UnreadyUnit[];
}

export interface PostWork {
  readonly post_id: string;
  readonly role: Role;
  readonly unit_name: string;
  readonly person_name: string;
  readonly items: readonly WorkItem[];
  readonly successors: readonly Colleague[];
}

export interface WorkItem {
  readonly kind: 'liaison' | 'delegation' | 'village_link' | 'substitute' | 'charge';
  readonly id: string;
  readonly title: string;
  readonly moves: boolean;
}

export interface Liaison {
  readonly id: string;
  readonly subject_kind: 'site' | 'division';
  readonly subject_id: string;
  readonly post_id: string;
  readonly person_name: string | null;
  readonly role: Role | null;
  readonly unit_name: string | null;
  readonly since: string;
  readonly ended_at: string | null;
  readonly post_valid: boolean;
}

export interface Honour {
  readonly id: string;
  readonly subject_kind: 'site' | 'division';
  readonly subject_id: string;
  readonly subject_name: string;
  readonly township_id: string | null;
  readonly township_name: string | null;
  readonly level: HonourLevel;
  readonly title: string;
  readonly year: number;
  readonly valid_until: string | null;
  readonly recheck_day: string | null;
  readonly revoked_at: string | null;
  readonly revoke_reason: string | null;
  readonly note: string;
  readonly version: number;
  readonly valid: boolean;
  readonly liaison: Liaison | null;
  /** The day to look at it again has come near, or has passed. */
  readonly recheck_due: boolean;
  /** What came of looking at it again, newest first. */
  readonly rechecks: readonly Recheck[];
}

export interface Recheck {
  readonly day: string | null;
  readonly outcome: 'kept' | 'withdrawn';
  readonly note: string;
  readonly next_day: string | null;
  readonly made_by_name: string | null;
  readonly made_at: string;
}

export interface HonourImport {
  readonly rows: number;
  readonly added: number;
  readonly changed: number;
  readonly same: number;
  readonly faults: readonly { readonly row: number; readonly field: string; readonly zh: string; readonly en: string }[];
}

/** A link by which somebody of the village sends photos of one ticket. `token` comes once, when it is made. */
export interface VillageLink {
  readonly id: string;
  readonly ticket_id: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly revoked_at: string | null;
  readonly made_by_name: string;
  readonly photos: number;
  readonly drafts: number;
  readonly state: 'open' | 'ended' | 'revoked' | 'full';
  readonly token?: string | null;
}

export interface VillagePhoto {
  readonly no: number;
  readonly sha256: string;
  readonly bytes: number;
  readonly media_type: string;
  readonly taken_at: string | null;
  readonly position: { readonly lon: number; readonly lat: number; readonly accuracy_m: number | null } | null;
}

export interface VillageDraft {
  readonly id: string;
  readonly ticket_id: string;
  readonly ticket_number: string | null;
  readonly ticket_title: string;
  readonly taken_by: string;
  readonly note: string;
  readonly received_at: string;
  readonly state: 'waiting' | 'adopted' | 'discarded';
  readonly photos: readonly VillagePhoto[];
  readonly decided_by_name: string | null;
  readonly decided_at: string | null;
  readonly reason: string | null;
}

export interface NoProgress {
  readonly as_of: string;
  readonly days: number;
  readonly before: string;
  /** The month whose self-checks were due so long ago; null where none were asked for. */
  readonly self_check_month: string | null;
  readonly items: readonly { readonly township_id: string; readonly township_name: string; readonly tickets: number; readonly self_checks: number }[];
}

/** A month's self-checks; `items` are one township's sites, those that wait first. */
export interface SelfChecks {
  readonly as_of: string;
  readonly month: string;
  /** Null: the county asks for none. */
  readonly due_day: string | null;
  readonly townships: readonly { readonly township_id: string; readonly township_name: string; readonly sites: number; readonly done: number }[];
  readonly items: readonly { readonly site_id: string; readonly code: string; readonly name: string; readonly kind: string; readonly village_name: string; readonly checked_on: string | null }[];
}

/** Numbers of tickets, each that of the list with the same filters. */
export interface ReferralCounts {
  readonly open: number;
  readonly overdue: number;
  readonly done: number;
  readonly done_late: number;
  readonly returned: number;
}

export interface ReferralFigures {
  readonly as_of: string;
  readonly total: ReferralCounts;
  readonly items: readonly (ReferralCounts & { readonly department_id: string; readonly department_name: string })[];
}
