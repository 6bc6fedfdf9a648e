// Words of the phone: states as closed unions, rows as they lie in the local database. Data only; nothing here does anything.
// Protocol: decisions.md 4. Times are milliseconds of this phone's clock unless the name says `_at` with a string (RFC 3339, UTC).

import type { ClockReading } from './clock';

/** Kinds of operation; the number behind them on the wire is the version of the payload's shape. */
export type Kind =
  | 'inspection.submit'
  | 'inspection.correct'
  | 'finding.report'
  | 'ticket.issue'
  | 'ticket.decline'
  | 'ticket.accept'
  | 'ticket.rectify'
  | 'ticket.stage'
  | 'ticket.submit'
  | 'ticket.verify'
  | 'ticket.void'
  | 'ticket.keep'
  | 'ticket.ask'
  | 'ticket.decide'
  | 'ticket.withdraw_ask'
  | 'ticket.resume'
  | 'ticket.merge'
  | 'ticket.relapse'
  | 'ticket.remind'
  | 'ticket.edit'
  | 'ticket.mark_hard'
  | 'ticket.answer_hard'
  | 'ticket.archive'
  // Look-back and projects.
  | 'ticket.look_back'
  | 'ticket.milestone'
  // Duties: a department's answer to a referral.
  | 'ticket.refer_done'
  | 'ticket.refer_return';

/** Where a position came from. WGS-84 always; an unknown position is `null`, never zeros. */
export interface Position {
  readonly lon: number;
  readonly lat: number;
  readonly accuracy_m: number | null;
  readonly fixed_at: string;
  readonly source: 'browser' | 'site_qr' | 'map_pin' | 'none';
  readonly datum: 'wgs84';
}

export type Capture = 'in_page' | 'system_camera' | 'album' | 'unknown';

// ---------------------------------------------------------------- photos

/**
 * What a file is for. `overview` belongs to the whole visit; `annotation` lies over the photo named by `of_file_id`; `interim` shows how a place
 * is kept safe while its repair waits; `finding` shows a fault that came back, `look_back` that a repair still holds, `milestone` that a part of a project is done; `referral` shows what a department has done.
 */
export type FileRole = 'overview' | 'before' | 'after' | 'annotation' | 'voice' | 'paper' | 'interim' | 'finding' | 'look_back' | 'milestone' | 'referral';

/** The phone's wall clock may be wrong; these two say when a picture was really taken. Null where the phone never met the server, or not in this life of the page. */
export interface ShutterClock {
  readonly last_server_at: string | null;
  readonly monotonic_ms: number | null;
}

/** Sidecar of one stored photo: everything but the bytes. */
export interface FileRow {
  readonly file_id: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly media_type: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly role: FileRole;
  readonly item_path: string | null;
  readonly instance_key: string;
  readonly of_file_id: string | null;
  readonly taken_at: string;
  readonly capture: Capture;
  /** Why the album was used; null for a camera. */
  readonly capture_reason: string | null;
  readonly reencoded: boolean;
  readonly position: Position | null;
  readonly heading: number | null;
  /** How far the steady clock had run at the shutter since the server was last heard; absent on rows of the first release. */
  readonly clock?: ShutterClock;
  /** Length of a voice note. */
  readonly seconds?: number | null;
  /** The draft that owns it, which is also the id of the operation it becomes. */
  readonly owner: string;
  readonly stored_at: number;
  readonly upload: UploadState;
}

/**
 * `held`: only here, as far as we know. `stored`: the county has hashed it. `purged`: bytes deleted here under the deletion rule, thumbnail
 * kept. `lost`: the bytes are gone or damaged here before the county had them; shown to the author and to the office. How far a running upload is, is the server's knowledge and kept nowhere here.
 */
export type UploadState = 'held' | 'stored' | 'purged' | 'lost';

// ---------------------------------------------------------------- drafts and operations

/**
 * "Submit" was tapped; until it is sealed it can be taken back. Holds what the envelope says of the moment and the person, so that a phone
 * that dies in between seals the same thing later.
 */
export interface Intent {
  readonly post_id: string;
  readonly made_at: string;
  readonly clock: ClockReading;
  readonly app_version: string;
  readonly capture: 'phone' | 'desktop';
  /** Sealed right behind it, or not at all (the signature under a repair report). */
  readonly then: Draft | null;
}

/** What a draft or operation is about; enough to list it without opening its payload. */
export interface Subject {
  readonly site_id?: string;
  readonly ticket_id?: string;
  /** Entered from a sheet that somebody filled in by hand; lies beside a visit that is under way on the phone. */
  readonly paper?: true;
  /** A visit of practice: nothing of it is ever sealed (`seal.ts`), so nothing of it can leave the phone. */
  readonly practice?: true;
  /** Name to show in lists: the site's or the ticket's, as it was when the work began. */
  readonly title: string;
}

export interface Draft<Payload = unknown> {
  /** Becomes the operation's id, so that a second tap on "submit" cannot make a second operation. */
  readonly id: string;
  readonly kind: Kind;
  readonly subject: Subject;
  /** Author's unfinished work; plain data (structured clone). */
  readonly payload: Payload;
  readonly after: readonly string[];
  readonly started_at: number;
  readonly updated_at: number;
  /** Set from "submit" until it is sealed or taken back. */
  readonly intent?: Intent;
  /** Where the person stood in it (scroll position, open sheet): for coming back after a crash, never sealed. */
  readonly view?: unknown;
}

/** How far the county has it. Only ever moves right. */
export type Progress = 'sealed' | 'received' | 'confirmed' | 'purged';

/** What the county did with it. `unknown`: not asked yet, or no answer arrived. */
export type Verdict =
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'accepted';
      /** `waiting`: needs a second person (void). `nothing`: had been done already. `conflict`: kept, ticket unchanged, the office decides. */
      readonly outcome: 'applied' | 'conflict' | 'waiting' | 'nothing';
      readonly server_seq: number;
      readonly accepted_at: string;
      readonly flags: readonly string[];
      readonly changed: readonly Changed[];
    }
  | { readonly kind: 'refused'; readonly code: string; readonly words: Words | null; readonly server_seq: number | null };

/** A row that the operation changed on the server. */
export interface Changed {
  readonly noun: string;
  readonly id: string;
  readonly version: number;
  readonly state: string | null;
  readonly number: string | null;
}

export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** A sealed operation. Its bytes lie in the store `bodies` and are sent verbatim for ever. */
export interface OperationRow {
  readonly id: string;
  readonly seq: number;
  readonly kind: Kind;
  readonly subject: Subject;
  readonly sha256: string;
  readonly signature: string;
  /** The walker of a sheet that was entered here; absent on own work. The receipt names this person. */
  readonly author_id?: string;
  readonly file_ids: readonly string[];
  readonly after: readonly string[];
  readonly made_at: string;
  readonly sealed_at: number;
  readonly progress: Progress;
  readonly verdict: Verdict;
  /** When the valid receipt was checked here; null = none yet. */
  readonly confirmed_at: number | null;
  /** Epoch under which a reconcile last saw the same hash and all files on the server; null = never. A restore makes it worthless. */
  readonly reconciled_epoch: string | null;
  /** What stands in this operation's own way (the link's troubles are not written into rows). */
  readonly problem: SyncProblem | null;
}

/** What a person sees of one piece of work; derived, never stored. */
export type WorkState =
  | 'draft'
  | 'sealed'
  | 'sending'
  | 'waiting_login'
  | 'received'
  | 'confirmed'
  | 'purged'
  | 'refused'
  | 'conflict';

/** One line of "my visits" and of the outbox. */
export interface Work {
  readonly id: string;
  readonly kind: Kind;
  readonly subject: Subject;
  readonly state: WorkState;
  readonly made_at: number;
  /** Photos: how many, how many the county has, and bytes still to go. */
  readonly photos: { readonly all: number; readonly stored: number; readonly bytes_left: number };
  /** Plain reason when something stands in the way. */
  readonly problem: SyncProblem | null;
  readonly flags: readonly string[];
  /** Set when the county's signed receipt lies here and has been checked. */
  readonly receipt: boolean;
  /** Own inspections may be corrected until this moment (72 h after the county accepted them); null = not correctable. */
  readonly correctable_until: number | null;
}

// ---------------------------------------------------------------- sync

/** Why sending does not get on; each has its own words on screen. */
export type SyncProblem =
  | { readonly kind: 'offline' }
  | { readonly kind: 'not_ours'; readonly status: number }
  | { readonly kind: 'busy'; readonly status: number; readonly retry_at: number }
  | { readonly kind: 'waiting_login' }
  | { readonly kind: 'waits_for_other'; readonly operation_id: string | null }
  | { readonly kind: 'refused'; readonly code: string; readonly words: Words | null }
  /** A photo's bytes (or, with null, the operation's own) are gone or damaged on this phone. */
  | { readonly kind: 'bytes_lost'; readonly file_id: string | null }
  /** The county holds something else under this number, or its receipt does not fit. */
  | { readonly kind: 'differs'; readonly what: 'body' | 'receipt' }
  | { readonly kind: 'local'; readonly name: string };

export type SyncPhase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly done: number; readonly all: number }
  | { readonly kind: 'waiting'; readonly until: number; readonly problem: SyncProblem };

/** The photo on its way now. */
export interface FileProgress {
  readonly file_id: string;
  readonly sent: number;
  readonly bytes: number;
}

/** All that the sync chip needs. Counts are of this person on this phone. */
export interface SyncStatus {
  readonly phase: SyncPhase;
  readonly file: FileProgress | null;
  /** Sealed work the county has not answered for, plus photos it has not stored. */
  readonly operations_waiting: number;
  readonly files_waiting: number;
  readonly bytes_waiting: number;
  readonly attention: number;
  /** The session is over: reading waits for a login, sending does not. */
  readonly needs_login: boolean;
  /** Sending itself waits for a login. */
  readonly blocked: boolean;
  readonly oldest_waiting_at: number | null;
  readonly last_contact_at: number | null;
  readonly last_pull_at: number | null;
}

// ---------------------------------------------------------------- session

export interface Person {
  readonly id: string;
  readonly login: string;
  readonly name: string;
}

export type Role =
  | 'platform_admin'
  | 'office'
  | 'inspector'
  | 'department'
  | 'county_leader'
  | 'main_leader'
  | 'deputy_leader'
  | 'desk_officer'
  | 'village_cadre';

export interface Post {
  readonly id: string;
  readonly role: Role;
  readonly unit_kind: string;
  readonly unit_id: string;
  readonly unit_name: string;
  readonly county_id: string | null;
  readonly county_name: string | null;
  readonly township_id: string | null;
  readonly township_name: string | null;
  readonly village_id: string | null;
  readonly village_name: string | null;
  /** A substitute's post: whose place it is. */
  readonly acting_for?: string | null;
}

/**
 * Who uses this phone. `live`: the server knows us. `offline`: opened from what lies here, not confirmed since.
 * `expired`: the server wants a new login; capture goes on, sending waits.
 */
export type Session =
  | { readonly kind: 'starting' }
  | { readonly kind: 'signed_out' }
  | {
      readonly kind: 'signed_in';
      readonly person: Person;
      readonly posts: readonly Post[];
      readonly post: Post | null;
      readonly link: 'live' | 'offline' | 'expired';
      readonly must_change_password: boolean;
      readonly demo: boolean;
    };

/** `red`: no new photos (text still fits). `persisted` false on iOS in a tab: the browser may drop everything after a week. */
export interface StorageStatus {
  readonly level: 'unknown' | 'green' | 'amber' | 'red';
  readonly free_bytes: number | null;
  readonly used_bytes: number | null;
  readonly persisted: boolean | null;
}
