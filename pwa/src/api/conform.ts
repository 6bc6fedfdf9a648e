// Holds the rows that this front end reads against the types generated from the server's OpenAPI document. Nothing here runs; when the server
// renames a field or changes its type, this file stops compiling and says which one.
import type { Post } from '../core/model';
import type { Division, Inspection, PhotoRef, Round, Site, SiteKind, Ticket, TicketRequest } from '../core/rows';
import type { FlagRow, Neighbour, OtherPhoto, PhotoClocks, PhotoPage, PhotoSite, PhotoTicket, RuleTally, StorageFigures, Verdict } from './evidence';
import type { components } from './schema';
import type { Attempt, AuditRow, DeviceRow, OperationRow, PersonRow, RoundRow, TicketCounts, TicketEvent, TicketFinding, UnsentDevice } from './types';

type Server = components['schemas'];

/** A closed union of words may be a plain string in the document, and a part may be a richer object; kinds must agree all the same. */
type Kind<T> = T extends string ? 'text' : T extends number ? 'number' : T extends boolean ? 'truth' : T extends null | undefined ? never : T extends readonly unknown[] ? 'list' : 'object';

/** Names that the server does not send although we count on them, or sends as another kind. */
type Wrong<Ours, Theirs> = {
  [Name in keyof Ours]-?: Name extends keyof Theirs ? ([Kind<Theirs[Name]>] extends [Kind<Ours[Name]>] ? never : Name) : undefined extends Ours[Name] ? never : Name;
}[keyof Ours];

/** Names that the server may leave empty and we read as always there. */
type Careless<Ours, Theirs> = {
  [Name in keyof Ours & keyof Theirs]: null extends Theirs[Name] ? (null extends Ours[Name] ? never : Name) : never;
}[keyof Ours & keyof Theirs];

type Fits<Ours, Theirs> = [Wrong<Ours, Theirs> | Careless<Ours, Theirs>] extends [never] ? true : Wrong<Ours, Theirs> | Careless<Ours, Theirs>;

export const FITS: readonly [
  Fits<Ticket, Server['TicketView']>,
  Fits<TicketRequest, Server['RequestView']>,
  Fits<PhotoRef, Server['PhotoRef']>,
  Fits<Site, Server['SiteRow']>,
  Fits<Division, Server['DivisionRow']>,
  Fits<SiteKind, Server['SiteKindRow']>,
  Fits<Inspection, Server['InspectionView']>,
  Fits<Round, Server['RoundView']>,
  Fits<Post, Server['MyPost']>,
  Fits<Attempt, Server['AttemptView']>,
  Fits<TicketEvent, Server['EventView']>,
  Fits<TicketFinding, Server['FindingView']>,
  Fits<TicketCounts, Server['Counts']>,
  Fits<UnsentDevice, Server['UnsentDevice']>,
  Fits<RoundRow, Server['RoundView']>,
  Fits<OperationRow, Server['OperationView']>,
  Fits<PersonRow, Server['Person']>,
  Fits<DeviceRow, Server['KnownDevice']>,
  Fits<AuditRow, Server['AuditView']>,
  Fits<PhotoPage, Server['PhotoPage']>,
  Fits<PhotoClocks, Server['PhotoClocks']>,
  Fits<PhotoTicket, Server['PhotoTicket']>,
  Fits<PhotoSite, Server['PhotoSite']>,
  Fits<Neighbour, Server['Neighbour']>,
  Fits<OtherPhoto, Server['OtherPhoto']>,
  Fits<FlagRow, Server['FlagRow']>,
  Fits<RuleTally, Server['RuleTally']>,
  Fits<Verdict, Server['VerdictView']>,
  Fits<StorageFigures, Server['StorageFigures']>,
] = [true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true];
