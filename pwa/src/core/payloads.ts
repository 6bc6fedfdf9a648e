// What each kind of operation says, version 1 of each. Field names are the wire's.
import type { Kind, Position } from './model';
import type { Ask, Severity, UnitKind } from './rows';

export type Result = 'pass' | 'fail' | 'not_applicable' | 'not_observed';

/** Why nothing could be inspected; `inspected` is the normal case. */
export type VisitOutcome = 'inspected' | 'closed' | 'gone' | 'works' | 'road_cut' | 'refused';

/** One fault seen under a failed answer. Its photos carry the answer's item code as `item_path` and this `instance_key`. */
export interface FindingEntry {
  /** Made on the phone; the ticket's id follows from it. */
  readonly finding_id: string;
  readonly instance_key: string;
  readonly title: string | null;
  readonly note: string;
  /** Repaired while the inspector stood there; has a photo of role `after`. */
  readonly fixed_on_spot: boolean;
  readonly missing_photo_reason: string | null;
}

export interface AnswerPayload {
  readonly item: string;
  /** Which stall or room; '' when the item is asked once. */
  readonly instance_key: string;
  readonly result: Result;
  /** The count or score, the option's key, or the text; null for a plain pass or fail. */
  readonly value: number | string | null;
  /** Why it does not apply or could not be observed. */
  readonly reason: string | null;
  readonly note: string;
  /** A fail has at least one. */
  readonly findings: readonly FindingEntry[];
}

export interface Arrival {
  readonly position: Position | null;
  /** Metres to the site's registered position; null when either is unknown. */
  readonly distance_m: number | null;
  readonly far_reason: string | null;
  readonly by: Position['source'];
}

export interface InspectionPayload {
  readonly inspection_id: string;
  readonly site_id: string;
  readonly checklist_id: string;
  readonly round_id: string | null;
  readonly outcome: VisitOutcome;
  readonly people_present: string;
  readonly note: string;
  readonly arrived: Position | null;
  /** Where from the visit was made, in one place for the office; absent on visits of the first release. */
  readonly arrival?: Arrival;
  /** Why the visit was made far from the site's known position. */
  readonly distance_reason: string | null;
  readonly answers: readonly AnswerPayload[];
  /** Set when this was entered from a sheet. */
  readonly paper?: PaperSheet;
}

/** Where a visit that was entered at a desk comes from. Its photo has role `paper`. */
export interface PaperSheet {
  /** When the sheet says that the visit was; RFC 3339. */
  readonly sheet_filled_at: string;
  /** Name of the person who walked. */
  readonly filled_by: string;
  /** That person's post, where they have one: the visit is theirs. Null = it is entered as the typist's own. */
  readonly author: { readonly person_id: string; readonly post_id: string } | null;
  /** Why no photo of the sheet is attached. */
  readonly no_photo_reason: string | null;
}

interface TicketCommand {
  readonly ticket_id: string;
  /** The version that the person saw when deciding. */
  readonly seen_version: number;
}

export interface Payloads extends Record<Kind, unknown> {
  'inspection.submit': InspectionPayload;
  'inspection.correct': {
    readonly inspection_id: string;
    readonly seen_version: number;
    readonly reason: string;
    readonly inspection: InspectionPayload;
  };
  'finding.report': {
    readonly finding_id: string;
    readonly site_id: string | null;
    readonly item_code: string | null;
    readonly instance_key: string;
    readonly title: string;
    readonly note: string;
    readonly severity: Severity;
    readonly is_static: boolean;
    readonly position: Position | null;
    readonly fixed_on_spot: boolean;
  };
  'ticket.issue': TicketCommand & {
    readonly unit_kind: UnitKind;
    readonly unit_id: string;
    readonly severity: Severity | null;
    readonly is_static: boolean | null;
    readonly deadline_days: number | null;
    readonly note: string;
  };
  'ticket.decline': TicketCommand & { readonly reason: string };
  'ticket.accept': TicketCommand & {
    readonly person_named: string;
    /** Accepted on paper: who signed and when; the photo of the sheet has role `paper`. */
    readonly paper?: { readonly signed_by: string; readonly signed_at: string };
  };
  'ticket.rectify': TicketCommand & { readonly attempt_id: string; readonly note: string; /** Photos that came by the village's link. */ readonly village_draft_id?: string };
  'ticket.submit': TicketCommand & { readonly attempt_id: string; readonly note: string };
  'ticket.verify': TicketCommand & {
    readonly attempt_id: string;
    readonly verdict: 'passed' | 'failed';
    readonly reason: 'not_done' | 'partial' | 'wrong_place' | 'unclear_photo' | null;
    readonly note: string;
    readonly on_site: boolean;
    readonly position: Position | null;
  };
  'ticket.void': TicketCommand & { readonly reason: string };
  /** The second person's no to voiding. */
  'ticket.keep': TicketCommand & { readonly reason: string };
  'ticket.ask': TicketCommand & {
    /** Made by the author: asking twice under one id is asking once. */
    readonly request_id: string;
    readonly what: Ask;
    readonly reason: string;
    /** Extension: the new last day. Hold: the day to look again. Null when sent back. A local day, `2026-12-05`. */
    readonly wanted_day: string | null;
    /** What is done meanwhile; empty when sent back. */
    readonly measure: string;
    /** Sent back: who should do it instead, where the author knows. */
    readonly unit_kind: UnitKind | null;
    readonly unit_id: string | null;
    /** The project that takes longer than the ticket allows. */
    readonly project_id?: string | null;
  };
  'ticket.decide': TicketCommand & {
    readonly request_id: string;
    readonly verdict: 'approved' | 'denied';
    readonly note: string;
    /** The day that counts, where it is another one than was wished for. */
    readonly day: string | null;
    readonly unit_kind: UnitKind | null;
    readonly unit_id: string | null;
    /** The first unit was the wrong one from the beginning: the clock starts anew. */
    readonly wrongly_routed: boolean;
    /** Working days that a department gets; only where it is asked to do its part. */
    readonly days?: number;
  };
  'ticket.withdraw_ask': TicketCommand & { readonly request_id: string };
  'ticket.resume': TicketCommand & { readonly note: string };
  /** An urgent fault is under control; the repair itself follows. */
  'ticket.stage': TicketCommand & { readonly stage: 'control'; readonly note: string };
  'ticket.merge': TicketCommand & { readonly into_ticket_id: string; readonly note: string };
  'ticket.relapse': TicketCommand & { readonly finding_id: string; readonly note: string };
  'ticket.remind': TicketCommand & { readonly note: string };
  'ticket.edit': TicketCommand & {
    /** Each null: stays as it is. */
    readonly severity: Severity | null;
    readonly is_static: boolean | null;
    readonly due_day: string | null;
    readonly reason: string;
  };
  /** Who coordinates, until which day. */
  'ticket.answer_hard': TicketCommand & { readonly coordinator: string; readonly until: string; readonly note: string };
  'ticket.mark_hard': TicketCommand & { readonly hard: boolean; /** What the county is asked for. */ readonly ask: string };
  'ticket.archive': TicketCommand;
  /** Looked at again after closing, as drawn: it holds, or (when a relapse is out of time) it does not. */
  'ticket.look_back': TicketCommand & { readonly result: 'held' | 'not_held'; readonly note: string; readonly position: Position | null };
  /** A part of a project is done; named by one of its tickets. */
  'ticket.milestone': TicketCommand & { readonly project_id: string; readonly milestone_id: string; readonly done_on: string; readonly note: string };
  'ticket.refer_done': TicketCommand & { readonly request_id: string; readonly note: string };
  'ticket.refer_return': TicketCommand & { readonly request_id: string; readonly reason: string };
}
