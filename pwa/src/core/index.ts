// The phone's door to everything that can lose data. Screens talk to `Core` and to nothing below it.
//
// How to use it from a screen (the Svelte side of this lives in app/shell/core.svelte.ts):
//   * State (`session`, `sync`, `storage`, `place.state`) is plain data that is replaced, never changed in place; `on('sync', …)` tells when.
//   * Lists are queries: `await core.sites.search({ near, text })`. Ask again on `changed` with your noun; it fires after a commit, in every tab.
//   * Work is: open a draft → save (debounced, every tap) → add photos → `review` → `submit`. Submit seals: from then on nothing about it
//     changes on this phone, it is numbered, signed and will arrive. There is no "save to server" anywhere.
//   * Desk commands (issue, accept, verify …) without a form: `core.run(kind, payload)`, then `core.settled(id)` waits for the county's answer.
//   * Never hand a Svelte `$state` proxy to the core; use `$state.snapshot(x)` (IndexedDB cannot clone proxies).
//   * Nothing here throws for a missing network. What can go wrong is in the return type.
import type { ApiClient } from '../api/client';
import type { PhotoTrouble } from '../workers/photo.protocol';
import type { Aids } from './aids';
import type { Bytes } from './bytes';
import type { GeoState } from './geo';
import type {
  Capture,
  Draft,
  FileRole,
  FileRow,
  Kind,
  Person,
  Post,
  Session,
  StorageStatus,
  Subject,
  SyncProblem,
  SyncStatus,
  Verdict,
  Work,
  Words,
} from './model';
import type { Payloads } from './payloads';
import type { UnlockResult } from './pin';
import type { Readiness } from './ready';
import type { Checklist, Division, Inspection, Round, SettingsRow, Site, SiteKind, Ticket, WorkingSet } from './rows';
import type { Review } from './checklist';
import type { Ending, HandedIn } from './handin';

export type * from './model';
export type * from './payloads';
export type * from './rows';
export { distanceM, FRESH_MS, type GeoState } from './geo';
export { judge, optionOf } from './checklist';
export { openPhone } from './phone';
export type { Ending, HandedIn } from './handin';
export { Outdated } from './version';
export type { UnlockResult } from './pin';
export type { Readiness } from './ready';
export type { Host } from './host';
export type { Aids } from './aids';
export type { LastPhoto } from './db';
export type { Resume } from './meta';
export type { Answer, Fault, ItemView, Review } from './checklist';

/** What a `changed` event can name: nouns of the working set, and this phone's own. */
export type Noun = keyof WorkingSet | 'drafts' | 'work' | 'files';

export interface CoreEvents {
  session: Session;
  sync: SyncStatus;
  storage: StorageStatus;
  place: GeoState;
  handed_in: readonly HandedIn[];
  lock: LockState;
  client: ClientStatus;
  /** The local database cannot be brought back (its failure's name); null when it works again. */
  trouble: string | null;
  /** Rows of these nouns changed (here or in another tab). */
  changed: ReadonlySet<Noun>;
}

export interface Core {
  readonly session: Session;
  readonly sync: SyncStatus;
  readonly storage: StorageStatus;
  readonly client: ClientStatus;
  readonly trouble: string | null;
  on<Name extends keyof CoreEvents>(name: Name, listener: (detail: CoreEvents[Name]) => void): () => void;

  readonly auth: AuthDoor;
  readonly lock: LockDoor;
  readonly sites: SitesDoor;
  readonly checklists: ChecklistsDoor;
  readonly divisions: DivisionsDoor;
  readonly tickets: TicketsDoor;
  readonly rounds: RoundsDoor;
  /** What the county decided; null before the first sync: then the defaults of this app hold. */
  settings(): Promise<SettingsRow['settings'] | null>;
  readonly inspections: InspectionsDoor;
  readonly drafts: DraftsDoor;
  readonly photos: PhotosDoor;
  readonly work: WorkDoor;
  readonly outbox: OutboxDoor;
  readonly place: PlaceDoor;
  readonly api: ApiDoor;
  /** What helps in the field and may fail without harm (aids.ts); null while nobody is signed in. */
  aids(): Promise<Aids | null>;

  /** Checks the draft by the same rules as the server. Empty `faults` = may be submitted. */
  review(draft_id: string): Promise<Review>;
  /** Turns a draft and its photos into an immutable, numbered, signed operation, in one transaction. */
  submit(draft_id: string): Promise<SubmitResult>;
  /**
   * Checks like `submit` and puts the draft down as handed in; it is sealed ten seconds later, or at once when the page goes away, or at the
   * next start when the page dies. `then`: a command that is sealed right behind it.
   */
  handIn(draft_id: string, then?: HandInThen | null): Promise<HandInResult>;
  /** Within those seconds: the draft is open again. `sealed`: too late. */
  takeBack(draft_id: string): Promise<'taken_back' | 'sealed'>;
  /** Resolves when a draft that was handed in is sealed, or was taken back (`gone`), or could not be sealed for now (`stuck`). */
  ended(draft_id: string): Promise<Ending>;
  /** What was handed in here and may still be taken back. */
  readonly handedIn: readonly HandedIn[];
  /** Seals a command that needs no draft (a desk's accept, issue, verify …). `there`: files that it names and that the county has already. */
  run<K extends Kind>(kind: K, subject: Subject, payload: Payloads[K], there?: readonly FileThere[]): Promise<SubmitResult>;
  /** Waits for the county's verdict on a sealed operation; `unknown` when the time is over (it will still arrive). */
  settled(operation_id: string, timeout_ms?: number): Promise<Verdict>;

  /** What this phone can say of itself before it leaves the signal; null while nobody is signed in. */
  readiness(): Promise<Readiness | null>;
  /** Asks the browser to keep our data; true when it does. */
  keepData(): Promise<boolean>;

  /** The page calls these: came to the front, network came back, about to be hidden. */
  wake(reason: 'visible' | 'online' | 'tap'): void;
  /** Writes every unsaved draft now. */
  flush(): Promise<void>;
  /** The page is hidden or goes away: writes every draft and seals what was handed in. */
  leave(): Promise<void>;
  close(): Promise<void>;
}

/** A file that came to the county by another way (a village's link) and is named by its hash. */
export type FileThere = Pick<FileRow, 'sha256' | 'bytes' | 'media_type' | 'role' | 'item_path' | 'instance_key' | 'taken_at' | 'capture' | 'capture_reason' | 'position'>;

export interface HandInThen<K extends Kind = Kind> {
  readonly kind: K;
  readonly subject: Subject;
  readonly payload: Payloads[K];
}

export type HandInResult = { readonly kind: 'handed_in'; readonly operation_id: string; readonly then_id: string | null } | Exclude<SubmitResult, { readonly kind: 'sealed' }>;

export type SubmitResult =
  | { readonly kind: 'sealed'; readonly operation_id: string; readonly seq: number }
  | { readonly kind: 'incomplete'; readonly review: Review }
  | { readonly kind: 'too_large'; readonly what: 'body' | 'files' | 'file'; readonly limit: number; readonly actual: number }
  | { readonly kind: 'no_space' }
  | { readonly kind: 'no_post' }
  /** The phone's storage would not take it for another reason; everything is as it was. */
  | { readonly kind: 'failed' };

// ---------------------------------------------------------------- doors

export interface AuthDoor {
  /** People who have signed in on this phone before, newest first; for going on without a network. */
  people(): Promise<readonly Person[]>;
  signIn(account: string, password: string): Promise<SignInResult>;
  /** On a pane of the demo's stand, which knows its person; anywhere else the server refuses. */
  enterPane(account: string): Promise<SignInResult>;
  /** Opens with what lies on this phone. No check of the password is possible offline; sending needs a login later. */
  continueOffline(person_id: string): Promise<boolean>;
  choosePost(post_id: string): Promise<void>;
  changePassword(current: string, next: string): Promise<ChangePasswordResult>;
  /** Always leaves. What is unsent stays here, locked, and goes on being sent. */
  signOut(): Promise<SignOutResult>;
  /** Everybody who uses this phone, newest first; of others nothing but how much is unsent. */
  here(): Promise<readonly PersonHere[]>;
}

export type SignInResult =
  | { readonly kind: 'signed_in'; readonly person: Person; readonly posts: readonly Post[] }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'slow_down'; readonly seconds: number }
  /** The server is there and has too much to do. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'offline' }
  | { readonly kind: 'failed'; readonly code: string };

export type ChangePasswordResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'too_weak'; readonly code: string; readonly said: Words | null }
  | { readonly kind: 'busy' }
  | { readonly kind: 'offline' };

export interface SignOutResult {
  readonly kind: 'done';
  /** What stays on this phone, locked. */
  readonly kept: { readonly operations: number; readonly files: number; readonly drafts: number };
}

export interface PersonHere {
  readonly person: Person;
  /** False after signing out: only the password opens it. */
  readonly signed_in: boolean;
  /** Sealed and not with the county yet. */
  readonly operations: number;
  readonly files: number;
}

/** `none`: no lock was set. The lock is of the screen only; nothing is encrypted, and sending goes on behind it. */
export type LockState = 'none' | 'open' | 'locked';

export interface LockDoor {
  readonly state: LockState;
  unlock(pin: string): Promise<UnlockResult>;
  /** Six digits, or null for no lock. Does nothing while locked. */
  set(pin: string | null): Promise<void>;
  /** The page calls these when it is hidden and shown again. */
  away(): void;
  back(): Promise<void>;
}

export interface ClientStatus {
  readonly version: string;
  /** The oldest app that may begin new visits; null = any. */
  readonly least: string | null;
  /** This app is older: it sends and finishes, and begins no visit. */
  readonly outdated: boolean;
}

export type SiteState = 'open' | 'draft' | 'done';

export interface SiteQuery {
  /** Sort by distance from here; without it by name. */
  readonly near?: { readonly lon: number; readonly lat: number } | null;
  /** Part of the name or of the code. */
  readonly text?: string;
  readonly state?: SiteState | 'all';
  readonly kind?: string;
  readonly township_id?: string;
  readonly limit?: number;
}

export interface SiteHit {
  readonly site: Site;
  readonly distance_m: number | null;
  /** `draft`: begun on this phone. `done`: submitted from this phone in the last 30 days. */
  readonly state: SiteState;
  readonly draft_id: string | null;
  readonly open_tickets: number;
}

export interface SitesDoor {
  search(query: SiteQuery): Promise<readonly SiteHit[]>;
  get(id: string): Promise<Site | null>;
  /** By the code on the QR plate. */
  byCode(code: string): Promise<Site | null>;
  count(): Promise<{ readonly open: number; readonly draft: number; readonly done: number }>;
}

export interface ChecklistsDoor {
  /** The list in force for this kind of site; null when the phone has none yet. */
  forKind(kind: string): Promise<Checklist | null>;
  get(id: string): Promise<Checklist | null>;
  kinds(): Promise<readonly SiteKind[]>;
}

export interface DivisionsDoor {
  all(): Promise<readonly Division[]>;
  get(id: string): Promise<Division | null>;
}

export interface TicketQuery {
  readonly site_id?: string;
  readonly states?: readonly Ticket['state'][];
  readonly township_id?: string;
  readonly village_id?: string;
  readonly text?: string;
  readonly limit?: number;
}

export interface TicketsDoor {
  search(query: TicketQuery): Promise<readonly Ticket[]>;
  get(id: string): Promise<Ticket | null>;
}

export interface RoundsDoor {
  all(): Promise<readonly Round[]>;
}

/** Own visits as the county has them, 90 days back. */
export interface InspectionsDoor {
  list(site_id?: string): Promise<readonly Inspection[]>;
  get(id: string): Promise<Inspection | null>;
}

export interface DraftsDoor {
  list(kind?: Kind): Promise<readonly Draft[]>;
  get<K extends Kind>(id: string, kind: K): Promise<Draft<Payloads[K]> | null>;
  /**
   * Throws `Outdated` for a new visit when the county wants a newer app (see `client.outdated`); what was begun opens as ever.
   * Starts a draft, or gives back the one already begun for the same kind and subject (same site or ticket).
   */
  open<K extends Kind>(kind: K, subject: Subject, initial: () => Payloads[K]): Promise<Draft<Payloads[K]>>;
  /** Keeps the newest payload; written after 150 ms of quiet, at once on `flush`. Resolves when it is on the disk. */
  save<K extends Kind>(id: string, payload: Payloads[K]): Promise<void>;
  /** Where the person stands in it (scroll position, open sheet): kept with the draft, never sealed. Comes back as `draft.view`. */
  look(id: string, view: unknown): void;
  /** Deletes a draft and its photos; undo is the screen's: call it late. */
  discard(id: string): Promise<void>;
}

export interface PhotoMeta {
  readonly role: FileRole;
  readonly item_path?: string | null;
  readonly instance_key?: string;
  readonly of_file_id?: string | null;
  readonly capture: Capture;
  /** Why the album was used. */
  readonly capture_reason?: string | null;
  /** Where the camera looked, degrees from north, when the page has a compass. */
  readonly heading?: number | null;
  /** Length of a voice note. */
  readonly seconds?: number;
}

export type PhotoResult =
  | { readonly kind: 'stored'; readonly file: FileRow }
  | { readonly kind: 'no_space' }
  | { readonly kind: 'too_many'; readonly limit: number }
  | { readonly kind: 'too_large'; readonly limit: number; readonly actual: number }
  | { readonly kind: 'unreadable'; readonly why: PhotoTrouble };

export interface PhotosDoor {
  /** A frame of the in-page camera. The bitmap is handed over and closed. Position is noted at this very moment. */
  take(draft_id: string, frame: ImageBitmap, meta: PhotoMeta): Promise<PhotoResult>;
  /** A file from the system camera or the album; kept as handed over up to 12 MB. */
  pick(draft_id: string, file: Blob, meta: PhotoMeta): Promise<PhotoResult>;
  /** What the page made itself, kept as it is: a drawing over a photo (a new one takes the place of the old one), a voice note. */
  attach(draft_id: string, bytes: Bytes, media_type: string, meta: PhotoMeta): Promise<PhotoResult>;
  of(owner_id: string): Promise<readonly FileRow[]>;
  /** Photos sealed on this phone with a visit and its corrections: a further correction need not take them again. */
  ofVisit(inspection_id: string): Promise<readonly FileRow[]>;
  /** Bytes to show, from this phone only; null when already deleted here. */
  bytes(file_id: string): Promise<Blob | null>;
  thumb(file_id: string): Promise<Blob | null>;
  remove(file_id: string): Promise<void>;
}

export interface WorkDoor {
  /** Own sealed work, newest first, with what the county has received. */
  mine(query?: { readonly kinds?: readonly Kind[]; readonly site_id?: string; readonly ticket_id?: string; readonly limit?: number }): Promise<readonly Work[]>;
  get(operation_id: string): Promise<Work | null>;
  /** The body as it was sealed, parsed for reading. */
  payload<K extends Kind>(operation_id: string, kind: K): Promise<Payloads[K] | null>;
}

export interface OutboxDoor {
  /** "Send now": forgets the waiting time and tries at once. */
  sendNow(): void;
  /** Sends an operation again: the office may have put right why it was refused, or a photo can be read after all. */
  sendAgain(operation_id: string): Promise<void>;
  /** Seals what is handed in; then everything the county has not confirmed, as one file that proves its author (operations verbatim, photos, signatures). */
  exportBackup(): Promise<Blob>;
  problems(): Promise<readonly { readonly work: Work; readonly problem: SyncProblem }[]>;
}

export interface PlaceDoor {
  readonly state: GeoState;
  use(): () => void;
}

/** Typed calls for desk screens that are online by nature (boards, lists, queues). See api/client.ts. */
export type ApiDoor = ApiClient;
