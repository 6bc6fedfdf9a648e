// What each kind of operation says. Field names follow the server's parsers (version 1 of each kind).
import type { Kind, Position } from './model';

export type Result = 'pass' | 'fail' | 'not_applicable' | 'not_observed';

/** Why nothing could be inspected; `inspected` is the normal case. */
export type VisitOutcome = 'inspected' | 'closed' | 'gone' | 'works' | 'road_cut' | 'refused';

export interface AnswerPayload {
  readonly item_code: string;
  /** Which stall or room; '' when the item is asked once. */
  readonly instance_key: string;
  readonly result: Result;
  readonly value?: number;
  readonly option?: string;
  readonly text?: string;
  readonly reason?: string;
  readonly note?: string;
  /** Made on the phone when the answer fails; the ticket's id follows from it. */
  readonly finding_id?: string;
  /** Repaired while the inspector stood there; needs an after-photo. */
  readonly fixed_on_spot?: boolean;
}

export interface InspectionPayload {
  readonly inspection_id: string;
  readonly site_id: string;
  readonly checklist_id: string;
  readonly checklist_version: number;
  readonly outcome: VisitOutcome;
  readonly people_present: string | null;
  readonly arrived_at: string;
  readonly position: Position | null;
  readonly note: string | null;
  readonly answers: readonly AnswerPayload[];
}

export interface FindingPayload {
  readonly finding_id: string;
  readonly title: string;
  readonly note: string | null;
  readonly position: Position | null;
  readonly severity: 'critical' | 'major' | 'minor';
  readonly is_static: boolean;
}

export interface TicketCommand {
  readonly ticket_id: string;
  readonly seen_version: number;
  readonly note?: string | null;
}

export interface Payloads extends Record<Kind, unknown> {
  'inspection.submit': InspectionPayload;
  'inspection.correct': InspectionPayload & { readonly corrects: string };
  'finding.report': FindingPayload;
  'ticket.issue': TicketCommand & { readonly unit_id?: string; readonly due_at?: string };
  'ticket.decline': TicketCommand & { readonly reason: string };
  'ticket.accept': TicketCommand;
  'ticket.rectify': TicketCommand & { readonly attempt_id: string; readonly text: string };
  'ticket.submit': TicketCommand;
  'ticket.verify': TicketCommand & { readonly passed: boolean; readonly reason?: string };
  'ticket.void': TicketCommand & { readonly reason: string };
}
