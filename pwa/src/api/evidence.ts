// Answers about photos as evidence: the witnesses of one, what is odd about many, and how the stored bytes are.
import type { PhotoFlag, PhotoRef } from '../core/rows';

export interface PhotoClocks {
  readonly phone_at: string | null;
  readonly server_at: string | null;
  /** `steady` = nobody could have set it in between. */
  readonly way: 'steady' | 'offset' | null;
  readonly ahead_ms: number | null;
  readonly steady_ms: number | null;
  readonly own_ms: number | null;
}

/** What the file says of itself; `taken` is local time without a zone, as cameras write it. */
export interface PhotoClaim {
  readonly taken?: string | null;
  readonly point?: { readonly lon: number; readonly lat: number } | null;
  readonly camera?: string | null;
}

export interface PhotoTicket {
  readonly id: string;
  readonly number: string | null;
  readonly title: string;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly accuracy_m: number | null;
  readonly found_at: string;
  readonly issued_at: string | null;
}

export interface PhotoSite {
  readonly id: string;
  readonly name: string;
  readonly township_name: string;
  readonly lon: number;
  readonly lat: number;
}

export type OtherPhoto = NonNullable<PhotoFlag['other']>;

/** A picture that looks like it. */
export interface Neighbour {
  readonly photo: OtherPhoto;
  readonly bits: number;
  readonly likeness: 'plain' | 'trimmed' | 'mirrored';
  readonly same_bytes: boolean;
  readonly almost_same: boolean;
}

/** `GET /photos/{id}`: everything that speaks for or against one photo. */
export interface PhotoPage {
  readonly photo: PhotoRef;
  readonly sha256: string;
  readonly bytes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly person_name: string | null;
  readonly kind: string;
  readonly made_with: string;
  readonly signed: boolean;
  readonly clocks: PhotoClocks;
  readonly made_at: string;
  readonly observed_at: string;
  readonly uncertainty_ms: number;
  readonly accepted_at: string;
  readonly completed_at: string | null;
  readonly operation_hash: string | null;
  readonly receipt: string | null;
  readonly ticket: PhotoTicket | null;
  readonly visit_id: string | null;
  readonly site: PhotoSite | null;
  readonly claim: PhotoClaim;
  readonly flags: readonly PhotoFlag[];
  /** What people found of it themselves; empty for those who do not check. */
  readonly verdicts: readonly Verdict[];
  readonly may_propose: boolean;
  readonly neighbours: readonly Neighbour[];
  readonly stored_at: string | null;
  readonly checked_at: string | null;
  readonly broken_at: string | null;
}

/** A row of `GET /photo-flags`: what is odd, with the photo that it is about. */
export interface FlagRow extends PhotoFlag {
  readonly photo: OtherPhoto | null;
  readonly ticket_title: string | null;
  readonly township_name: string | null;
}

/** `GET /photo-flags/rules`: a rule, what it weighs, and what became of what it said. */
export interface RuleTally {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly strength: PhotoFlag['strength'];
  readonly usual: PhotoFlag['strength'];
  readonly strongest: PhotoFlag['strength'];
  readonly stops: boolean;
  readonly raised: number;
  readonly overruled: number;
}

export type VerdictStep = 'confirm' | 'decline' | 'withdraw' | 'lift';

/** That a photo does not show the repair which it claims, as one person proposed it, and what a second one said. */
export interface Verdict {
  readonly id: string;
  readonly file_id: string;
  readonly operation_id: string;
  readonly ticket_id: string;
  readonly state: 'proposed' | 'confirmed' | 'declined' | 'withdrawn' | 'lifted';
  readonly reason: string;
  readonly proposed_by_name: string | null;
  readonly proposed_at: string;
  readonly decided_by_name: string | null;
  readonly decided_at: string | null;
  readonly decision: string;
  readonly may: readonly VerdictStep[];
  readonly own: boolean;
}

/** `GET /figures/storage`: how the stored bytes are. */
export interface StorageFigures {
  readonly as_of: string;
  readonly files: number;
  readonly bytes: number;
  readonly checked: number;
  readonly oldest_check: string | null;
  readonly broken: readonly { readonly sha256: string; readonly since: string; readonly file_id: string | null }[];
}
