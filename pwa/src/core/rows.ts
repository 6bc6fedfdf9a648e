// Rows of the working set as the sync feed brings them. Unknown fields are kept and ignored.
// Checklist fields are those of the county library (field semantics: the library file itself).

import type { Capture, FileRole, Position } from './model';

export interface Division {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly kind: 'county' | 'township' | 'village';
  readonly parent_id: string | null;
  readonly version: number;
}

export interface SiteKind {
  readonly id: string;
  readonly key: string;
  readonly name_zh: string;
  readonly name_en: string;
  readonly scope_zh: string | null;
  readonly version: number;
}

export interface Site {
  readonly id: string;
  /** Permanent, meaningless code on the QR plate. */
  readonly code: string;
  readonly kind: string;
  readonly name: string;
  /** First sounds of the name, for search; rows of an older server have none. */
  readonly initials?: string;
  readonly township_id: string;
  readonly township_name: string;
  readonly village_id: string | null;
  readonly village_name: string | null;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly status: string;
  readonly version: number;
  /** `score`: thousandths of the points that applied. */
  readonly last_visit: { readonly inspection_id: string; readonly observed_at: string; readonly outcome: string; readonly score: number | null } | null;
  readonly open_tickets: number;
}

export type Severity = 'critical' | 'major' | 'minor';

export interface ChecklistOption {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly fail: boolean;
  readonly severity?: Severity;
  readonly deadline_days?: number;
  readonly static?: boolean;
  readonly restricted?: boolean;
}

export interface ChecklistItem {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly answer: 'pass_fail' | 'score' | 'count' | 'choice' | 'text';
  readonly weight: number;
  readonly makes?: 'ticket' | 'score' | 'project';
  readonly static?: boolean;
  readonly camera?: 'normal' | 'warn' | 'forbidden';
  readonly photo_on_fail?: boolean;
  readonly severity?: Severity;
  readonly deadline_days?: number;
  readonly department?: string;
  readonly guidance_zh?: string;
  readonly guidance_en?: string;
  readonly default_issue_zh?: string;
  readonly default_issue_en?: string;
  readonly na_allowed?: boolean;
  readonly restricted?: boolean;
  readonly options?: readonly ChecklistOption[];
  readonly pass_rule?: { readonly op: '>=' | '<=' | '>' | '<' | '==' | '!='; readonly value: number };
  readonly unit?: string;
  readonly max_score?: number;
  readonly sample_size?: number;
  /** Key of the group: where one stands while answering it (form 3). */
  readonly group?: string;
  /** The rule's own words, readable inside the item without a network. */
  readonly clause?: { readonly zh: string; readonly source?: string };
  /** What good and bad look like; the pictures lie on this phone by their hash. */
  readonly examples?: readonly ChecklistExample[];
  /** One-tap phrases for a fail. */
  readonly reasons_zh?: readonly string[];
  /** JSONLogic over the answers; see logic.ts for the permitted subset. */
  readonly visible_if?: unknown;
  readonly required_if?: unknown;
}

export interface ChecklistExample {
  readonly kind: 'good' | 'bad';
  readonly sha256: string;
  readonly media_type: string;
  readonly zh: string;
  readonly en: string;
}

/** A stretch of looking, in walking order. With `repeat` each of its items is asked once per instance (stall, room). */
export interface ChecklistGroup {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly repeat?: {
    readonly label_zh: string;
    readonly label_en: string;
    readonly suggestions?: readonly string[];
    /** Most instances of one visit; 60 where the file names none. */
    readonly max?: number;
  };
}

/** One version of the list of one kind of site. An inspection pins `id`; codes of items are stable across versions. */
export interface Checklist {
  readonly id: string;
  readonly site_kind: string;
  readonly no: number;
  readonly status: string;
  readonly version: number;
  readonly body: { readonly kind: string; readonly zh: string; readonly en: string; readonly scope_zh?: string; readonly groups?: readonly ChecklistGroup[]; readonly items: readonly ChecklistItem[] };
}

export interface Round {
  readonly id: string;
  readonly name: string;
  readonly year: number;
  readonly quarter: number;
  readonly mode: string;
  readonly status: string;
  readonly visible_from: string | null;
  readonly version: number;
}

export type TicketState =
  | 'pending'
  | 'issued'
  | 'in_progress'
  | 'submitted'
  | 'rework'
  | 'on_hold'
  | 'closed'
  | 'declined'
  | 'merged'
  | 'void';

/** A photo on the server. Show it by `ui/Photo.svelte`; `missing` = on its way from somebody's phone. */
export interface PhotoRef {
  readonly file_id: string;
  /** The sealed work that names it. */
  readonly operation_id: string;
  readonly role: FileRole;
  /** `waived`: the office went on without it. `erased`: two people of the office had its bytes erased. */
  readonly state: 'missing' | 'stored' | 'waived' | 'erased';
  readonly taken_at: string | null;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly accuracy_m: number | null;
  readonly capture: Capture | null;
  readonly media_type: string;
  /** Where the position comes from, when it was taken (it may be older than the photo), degrees from north, why it is from the album. */
  readonly source?: Position['source'] | null;
  readonly fixed_at?: string | null;
  readonly heading?: number | null;
  readonly capture_reason?: string | null;
  readonly flags?: readonly string[];
  /** A transparent picture of the same proportions that its photographer drew over it. */
  readonly annotation?: string | null;
  /** Of its original bytes: the same file is known before it is sent. */
  readonly sha256?: string | null;
}

/** Something odd about a photo where sealed work names it, in the reader's words (decisions.md 5: they never accuse). */
export interface PhotoFlag {
  readonly id: string;
  readonly file_id: string;
  readonly operation_id: string;
  readonly ticket_id: string | null;
  readonly code: string;
  readonly strength: 'off' | 'weak' | 'look' | 'strong';
  readonly zh: string;
  readonly en: string;
  readonly reason: { readonly bits?: number; readonly likeness?: 'plain' | 'trimmed' | 'mirrored'; readonly metres?: number; readonly minutes?: number };
  readonly other: { readonly file_id: string; readonly ticket_id: string | null; readonly ticket_number: string | null; readonly site_name: string | null; readonly taken_at: string | null } | null;
  readonly raised_at: string;
  readonly overruled: { readonly person_name: string | null; readonly at: string; readonly reason: string } | null;
}

/** A voice note on the server: `core.api.blob('/photos/{photo_id}/original')`. */
export interface VoiceRef {
  readonly photo_id: string;
  readonly state: PhotoRef['state'];
  readonly media_type: string;
  readonly item_path: string | null;
  readonly instance_key: string | null;
  readonly seconds: number | null;
}

export type UnitKind = 'township' | 'department';

/** What a unit may ask the county for: the ticket is not its own, it needs more time, nothing can be done for now, or a department has to do its part. */
export type Ask = 'send_back' | 'extension' | 'hold' | 'refer';

/** A request beside a ticket's state: only the county's answer changes anything. `lapsed`: the ticket ended or moved on before it. */
export interface TicketRequest {
  readonly id: string;
  readonly what: Ask;
  readonly state: 'open' | 'approved' | 'denied' | 'withdrawn' | 'lapsed';
  readonly reason: string;
  readonly measure: string;
  readonly wanted_day: string | null;
  readonly unit_kind: UnitKind | null;
  readonly unit_id: string | null;
  readonly unit_name: string | null;
  readonly asked_by_name: string | null;
  readonly asked_at: string;
  readonly decided_by_name: string | null;
  readonly decided_at: string | null;
  readonly note: string;
  readonly day: string | null;
  readonly photos: readonly PhotoRef[];
  /** The project that needs the time; absent on rows of older servers. */
  readonly project_id?: string | null;
}

/** Why a ticket has its level; each reason makes a level of its own, the ticket's is the highest. */
export interface LevelReason {
  readonly code: 'due_soon' | 'reminded' | 'overdue' | 'rework' | 'accepted_late' | 'reissued' | 'hollow' | 'not_the_repair';
  readonly level: 1 | 2 | 3;
  readonly count: number;
  readonly limit: number;
}

/** 0 on track, 1 to be reminded, 2 yellow, 3 red; strongest reason first. */
export interface TicketLevel {
  readonly level: 0 | 1 | 2 | 3;
  readonly reasons: readonly LevelReason[];
}

/** A department does its part 提请部门办理; the unit's clock stands still meanwhile. The running one, else the last. */
export interface Referral {
  readonly request_id: string;
  readonly department_id: string;
  readonly department_name: string | null;
  readonly given_at: string;
  readonly due_at: string;
  readonly state: 'open' | 'done' | 'returned' | 'recalled';
  readonly ended_at: string | null;
  readonly overdue: boolean;
  readonly note: string;
}

export interface Ticket {
  readonly id: string;
  readonly number: string | null;
  readonly state: TicketState;
  readonly title: string;
  readonly note: string;
  readonly severity: Severity;
  readonly is_static: boolean;
  readonly makes: string;
  readonly department: string | null;
  readonly deadline_days: number | null;
  readonly township_id: string | null;
  readonly township_name: string | null;
  readonly village_id: string | null;
  readonly village_name: string | null;
  readonly unit_kind: string | null;
  readonly unit_id: string | null;
  readonly unit_name: string | null;
  readonly site_id: string | null;
  readonly site_name: string | null;
  readonly site_code: string | null;
  readonly item_code: string | null;
  readonly instance_key: string;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly accuracy_m: number | null;
  readonly border: boolean;
  readonly observed_at: string;
  readonly created_at: string;
  readonly issued_at: string | null;
  readonly due_at: string | null;
  readonly official_due_at: string | null;
  /** The unit's own date before it, by the county's 提前量; reminders go by it, lateness does not. */
  readonly internal_due_at?: string | null;
  readonly lead_days?: number;
  readonly accepted_at: string | null;
  readonly submitted_at: string | null;
  readonly closed_at: string | null;
  readonly attempts: number;
  readonly rework: number;
  readonly sightings: number;
  readonly attempt_id: string | null;
  readonly last_reason: string | null;
  readonly missing_files: number;
  readonly overdue: boolean;
  readonly due_soon: boolean;
  /** May the reader check the attempt that waits? `own` = found or repaired by the reader, `photos` = evidence still on its way, `on_site` = there only (departments). */
  readonly check?: 'yes' | 'own' | 'photos' | 'on_site' | null;
  readonly flags: readonly string[];
  readonly version: number;
  readonly before: readonly PhotoRef[];
  readonly after: readonly PhotoRef[];
  /** What shows that a danger is under control; absent in rows of an older server. */
  readonly control?: readonly PhotoRef[];
  readonly voices?: readonly VoiceRef[];
  readonly photo_flags?: readonly PhotoFlag[];
  // Absent on rows that the county told before it knew of them.
  readonly requests?: readonly TicketRequest[];
  readonly first_due_at?: string | null;
  readonly relapse?: number;
  readonly reminders?: number;
  readonly reissued?: number;
  readonly send_back_denied?: number;
  readonly extensions?: number;
  readonly hard_case?: boolean;
  /** What the county was asked for. */
  readonly hard_ask?: string;
  readonly held_at?: string | null;
  readonly review_day?: string | null;
  readonly merged_into_id?: string | null;
  readonly linked_ticket_id?: string | null;
  readonly archived_at?: string | null;
  /** The date that passed while the unit held it; null again when it turns out to have been met. */
  readonly overdue_at?: string | null;
  // The county's own clock for a check, campaigns, look-back.
  /** While nobody has accepted it: by when that is due. */
  readonly accept_due_at?: string | null;
  readonly check_due_at?: string | null;
  readonly check_late?: boolean;
  /** It passes on site only for how severe it is, whatever its photos show; for those who may check it. */
  readonly on_site_needed?: boolean;
  /** The earliest zeroing date that it stands under; a local day. */
  readonly zero_day?: string | null;
  readonly look_back?: { readonly draw_id: string; readonly state: 'waiting' | 'held' | 'not_held' | 'dropped'; readonly drawn_at: string } | null;
  readonly level?: TicketLevel;
  /** What `deadline_days` counts; working days where it is absent. */
  readonly deadline_unit?: 'working_days' | 'working_hours' | 'urgent_hours';
  readonly stages?: readonly TicketStage[];
  // duties
  /** The newest report of a repair that nobody has signed. */
  readonly to_sign_id?: string | null;
  /** May the acting post sign it now? */
  readonly may_sign?: 'own' | 'delegated' | null;
  readonly progress_at?: string | null;
  readonly no_progress?: boolean;
  /** Who was told that it is overdue: 1 desk officer and deputy, 2 main leader, 3 county leader. */
  readonly escalated?: number;
  readonly referral?: Referral | null;
}

/** An urgent fault is first brought under control, then repaired; each has a limit of its own. */
export interface TicketStage {
  readonly stage: 'control' | 'repair';
  readonly due_at: string | null;
  readonly done_at: string | null;
  readonly late: boolean;
}

/** Own visits of the last 90 days, as the county has them (the phone's own sealed work is `core.work`). */
export interface Inspection {
  readonly id: string;
  readonly site_id: string;
  readonly site_name: string | null;
  readonly checklist_id: string | null;
  readonly outcome: string;
  readonly passes: number;
  readonly fails: number;
  readonly not_applicable: number;
  readonly not_observed: number;
  readonly score: number | null;
  readonly observed_at: string;
  readonly local_day: string;
  readonly accepted_at: string;
  readonly people_present: string;
  readonly note: string;
  readonly revision: number;
  readonly version: number;
  readonly missing_files: number;
  readonly tickets: readonly { readonly id: string; readonly number: string | null; readonly state: TicketState; readonly title: string }[];
}

/** What the county decides for itself; only what a phone acts on is named here. */
export interface SettingsRow {
  readonly id: string;
  readonly version: number;
  readonly settings: {
    readonly field: { readonly far_from_site_m: number };
    readonly words: { readonly inspector_zh: string; readonly inspector_en: string };
    /** Absent on rows of older servers. */
    readonly deadlines?: { readonly relapse_static_days?: number; readonly relapse_dynamic_days?: number };
    readonly duties?: { readonly self_check_day?: number };
  };
}

/** Noun of the feed → its row. */
export interface WorkingSet {
  settings: SettingsRow;
  divisions: Division;
  'site-kinds': SiteKind;
  checklists: Checklist;
  sites: Site;
  rounds: Round;
  tickets: Ticket;
  inspections: Inspection;
}
