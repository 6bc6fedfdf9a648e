// Rows of the working set as the sync feed brings them. Shapes follow the server; unknown fields are kept and ignored.
// Checklist fields are those of the county library (field semantics: the library file itself).

export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

export interface Division {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly level: 'county' | 'township' | 'village';
  readonly parent_id: string | null;
}

export interface SiteKind extends Bilingual {
  readonly id: string;
  readonly kind: string;
}

export interface Site {
  readonly id: string;
  /** Permanent, meaningless code on the QR plate. */
  readonly code: string;
  readonly name: string;
  readonly kind: string;
  readonly township_id: string;
  readonly village_id: string | null;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly active: boolean;
  readonly last_visit_at?: string | null;
}

export type Severity = 'critical' | 'major' | 'minor';

export interface ChecklistOption extends Bilingual {
  readonly key: string;
  readonly fail: boolean;
  readonly severity?: Severity;
  readonly deadline_days?: number;
  readonly static?: boolean;
  readonly restricted?: boolean;
}

export interface ChecklistItem extends Bilingual {
  readonly code: string;
  readonly answer: 'pass_fail' | 'score' | 'count' | 'choice' | 'text';
  readonly weight: number;
  readonly makes: 'ticket' | 'score' | 'project';
  readonly static: boolean;
  readonly camera: 'normal' | 'warn' | 'forbidden';
  readonly photo_on_fail: boolean;
  readonly severity: Severity;
  readonly deadline_days: number;
  readonly department: string;
  readonly guidance_zh?: string;
  readonly guidance_en?: string;
  readonly default_issue_zh?: string;
  readonly default_issue_en?: string;
  readonly na_allowed: boolean;
  readonly options?: readonly ChecklistOption[];
  readonly pass_rule?: { readonly op: '>=' | '<=' | '>' | '<' | '==' | '!='; readonly value: number };
  readonly unit?: string;
  readonly max_score?: number;
  readonly sample_size?: number;
  /** Group by where one stands; items without one form a single group. */
  readonly group?: string;
  /** JSONLogic over the answers; see logic.ts for the permitted subset. */
  readonly visible_if?: unknown;
  readonly required_if?: unknown;
}

export interface Checklist extends Bilingual {
  readonly id: string;
  readonly version: number;
  readonly kind: string;
  readonly items: readonly ChecklistItem[];
  readonly total_weight?: number;
}

export type TicketState =
  | 'pending'
  | 'declined'
  | 'issued'
  | 'in_progress'
  | 'submitted'
  | 'rework'
  | 'on_hold'
  | 'closed'
  | 'merged'
  | 'void';

export interface Ticket {
  readonly id: string;
  readonly version: number;
  readonly number: string | null;
  readonly state: TicketState;
  readonly site_id: string | null;
  readonly title: string;
  readonly item_code: string | null;
  readonly instance_key: string;
  readonly township_id: string;
  readonly village_id: string | null;
  readonly severity: Severity;
  readonly is_static: boolean;
  readonly due_at: string | null;
  readonly opened_at: string;
}
