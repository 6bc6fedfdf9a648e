// Answers of the desk's online calls, by hand where they say more than the server's OpenAPI document (closed unions), else its own types; rows of the working set are
// in core/rows.ts. Times are RFC 3339 in UTC; positions WGS-84.
import type { Project } from './campaigns';
import type { AnswerPayload } from '../core/payloads';
import type { Ask, PhotoRef, Ticket, TicketState, VoiceRef } from '../core/rows';
import type { components } from './schema';

type Server = components['schemas'];

export interface Page<Row> {
  readonly items: readonly Row[];
  readonly next: string | null;
  readonly as_of?: string;
}

export interface Flag {
  readonly code: string;
  readonly detail?: string | null;
}

export interface TicketEvent {
  readonly version: number;
  /** `T2`, `T5`, … or a word for steps without a change of state. */
  readonly transition: string;
  readonly from_state: TicketState | null;
  readonly to_state: TicketState;
  readonly person_name: string | null;
  readonly role?: string | null;
  readonly reason: string | null;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly observed_at: string;
  readonly accepted_at: string;
  /** Whose place the author stood in for. */
  readonly acting_for?: string | null;
}

/** One claim that a fault is repaired. */
export interface Attempt {
  readonly id: string;
  readonly no: number;
  readonly state: string;
  readonly note: string;
  readonly person_name: string | null;
  readonly observed_at: string;
  readonly submitted_at: string | null;
  readonly verified_at: string | null;
  readonly reason: string | null;
  readonly verdict_note: string | null;
  /** Typed by who took it, where it came by the village's link. */
  readonly taken_by?: string | null;
  readonly photos: readonly PhotoRef[];
}

/** Paper counts as much as a phone; whoever looks is told which it was. */
export interface OnPaper {
  /** The name on the sheet. */
  readonly filled_by: string | null;
  readonly entered_by_name: string | null;
}

/** One row of the list of visits. */
export interface VisitRow {
  readonly id: string;
  readonly operation_id: string;
  readonly site_id: string;
  readonly site_name: string | null;
  readonly site_code: string | null;
  readonly checklist_id: string | null;
  readonly person_name: string | null;
  readonly outcome: string;
  readonly passes: number;
  readonly fails: number;
  readonly not_applicable: number;
  readonly not_observed: number;
  readonly score: number | null;
  readonly observed_at: string;
  readonly accepted_at: string;
  readonly people_present: string;
  readonly note: string;
  readonly distance_m: number | null;
  /** Why it was far from the site; told to the county only. */
  readonly far_reason?: string | null;
  readonly capture?: string;
  readonly filled_by?: string | null;
  readonly entered_by_name?: string | null;
  readonly missing_files: number;
  readonly tickets: readonly { readonly id: string; readonly number: string | null; readonly state: TicketState; readonly title: string }[];
}

export interface VisitPage extends VisitRow {
  readonly answers: readonly AnswerPayload[];
  readonly photos: readonly (PhotoRef & { readonly item_path: string | null; readonly instance_key: string | null })[];
  readonly voices?: readonly VoiceRef[];
  readonly revisions: readonly { readonly no: number; readonly operation_id: string; readonly kind: string; readonly accepted_at: string }[];
}

export interface TicketFinding {
  readonly id: string;
  readonly inspection_id?: string | null;
  readonly paper?: OnPaper | null;
  readonly far_reason?: string | null;
  readonly note: string;
  readonly observed_at: string;
  readonly person_name: string | null;
  readonly photos: readonly PhotoRef[];
}

/** One ticket with everything that happened to it, and what the acting post may do now. */
export interface TicketPage extends Ticket {
  readonly events: readonly TicketEvent[];
  readonly attempt_list: readonly Attempt[];
  readonly findings: readonly TicketFinding[];
  /** Kinds of operation, with or without their version (`ticket.issue`, `ticket.issue/1`). */
  readonly allowed: readonly string[];
  /** What the acting post may ask the county for now. */
  readonly may_ask?: readonly Ask[];
  /** Photos of the order as it was signed on paper. */
  readonly sheets?: readonly PhotoRef[];
  /** Projects that it is a part of. */
  readonly projects?: readonly Project[];
  /** Photos of the village that nobody has looked at yet. */
  readonly village_drafts?: number;
}

export interface TicketCounts {
  readonly as_of: string;
  readonly by_state: Readonly<Partial<Record<TicketState, number>>>;
  readonly overdue: number;
  readonly sent_back: number;
  readonly to_issue: number;
  readonly to_verify: number;
  readonly border: number;
  readonly open_static: number;
  /** Refused or odd operations that wait for a decision. */
  readonly flagged?: number;
  /** Tickets with a request that waits for an answer. */
  readonly asked?: number;
  /** Waits for a check past the county's own date. */
  readonly check_late?: number;
  /** Hard cases that are not finished. */
  readonly hard?: number;
  // duties
  readonly to_sign?: number;
  readonly no_progress?: number;
  readonly referred?: number;
  readonly referral_overdue?: number;
  readonly village_drafts?: number;
}

export type Department = Server['DepartmentRow'];
/** A unit that whoever keeps accounts may give a post in. */
export type UnitChoice = Server['UnitChoice'];

/** `GET /divisions/outlines`: simplified borders of the townships, as GeoJSON. */
export interface Outlines {
  readonly features: readonly {
    readonly properties: { readonly id: string; readonly code: string; readonly name: string };
    readonly geometry:
      | { readonly type: 'Polygon'; readonly coordinates: readonly (readonly (readonly number[])[])[] }
      | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly (readonly (readonly number[])[])[])[] };
  }[];
}

export type ZeroTownship = Server['ZeroTownship'];

export type ZeroDay = Server['ZeroDay'];

/** The zero board: open static issues. `on_hold` stands beside any zero. */
export type Zero = Server['ZeroBoard'];

export interface UnsentDevice {
  readonly device_id: string;
  readonly device_name: string;
  readonly person_name: string | null;
  readonly last_contact_at: string | null;
  readonly sealed_through: number;
  readonly received_through: number;
  readonly held_operations: number;
  readonly held_files: number;
  readonly oldest_held_at: string | null;
  readonly free_bytes: number | null;
  /** Whether the browser has promised to keep our data; null = it has not said. */
  readonly persisted: boolean | null;
  readonly app_version: string | null;
  readonly revoked: boolean;
}

export interface RoundRow {
  readonly id: string;
  readonly name: string;
  readonly year: number;
  readonly quarter: number;
  readonly mode: 'announced' | 'unannounced';
  readonly issue_mode: 'after_look' | 'at_once';
  readonly status: string;
  readonly visible_from: string | null;
  readonly version: number;
}

/** Sealed work as the office sees it: refused, flagged, or kept by hash only. */
export interface OperationRow {
  readonly operation_id: string;
  readonly server_seq: number;
  readonly kind: string;
  readonly status: string;
  readonly outcome: string | null;
  /** Why it was refused. */
  readonly refusal?: string | null;
  readonly flags: readonly Flag[];
  readonly person_name?: string | null;
  readonly made_at: string | null;
  readonly accepted_at: string;
  readonly missing?: readonly string[];
  /** Comes along where the operation cannot be asked for by its id: what could not name itself. */
  readonly body?: unknown;
  readonly decision?: string | null;
}

export interface PostRow {
  readonly id: string;
  readonly role: string;
  readonly unit_kind: string;
  readonly unit_id: string;
  readonly unit_name: string;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
}

export interface PersonRow {
  readonly status: string;
  /** Null for the platform's own people. */
  readonly county_id: string | null;
  readonly has_password: boolean;
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly phone: string | null;
  readonly version: number;
  /** False: holds a post beyond the reader's, whose keeper changes and resets the account. */
  readonly in_hand: boolean;
  readonly posts: readonly PostRow[];
}

/** A one-time code and for whom it is; the county shows it once. */
export interface Slip {
  readonly person_id: string;
  readonly name: string;
  readonly login: string;
  readonly role: string | null;
  readonly unit_name: string | null;
  readonly township_name: string | null;
  readonly code: string;
  readonly expires_at: string;
}

export interface Slips {
  readonly items: readonly Slip[];
  readonly left_out: readonly { readonly person_id: string; readonly name: string; readonly zh: string; readonly en: string }[];
}

// What the server's document says as it stands needs no words of ours.
export type DeviceRow = Server['KnownDevice'];
export type AuditRow = Server['AuditView'];
export type Erasure = Server['ErasureView'];
export type CountySettings = Server['CountySettings'];
export type SettingsView = Server['SettingsView'];
