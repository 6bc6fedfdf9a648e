// The single values of one person's database, typed by name. Each is written in the same transaction as what it counts or describes.
import type { ServerContact } from './clock';
import type { Database, ReadTx, WriteTx } from './db';
import type { KeptInbox } from './inbox';
import type { Person, Position, Post } from './model';

/** This install of this person: made at the first login, bound by the server, never moved to another phone. */
export interface Device {
  readonly id: string;
  readonly public_key: JsonWebKey;
  /** Not extractable: it can sign here and nowhere else. */
  readonly private_key: CryptoKey;
  /** May only send this author's sealed work; renewed at each login. Null until the first answer. */
  readonly credential: string | null;
}

export interface Profile {
  readonly person: Person;
  readonly posts: readonly Post[];
  readonly post_id: string | null;
  readonly must_change_password: boolean;
  readonly demo: boolean;
  readonly limits: Limits;
}

/** Published by the server, checked before sealing. */
export interface Limits {
  readonly body_bytes: number;
  readonly files: number;
  readonly file_bytes: number;
}

export const DEFAULT_LIMITS: Limits = { body_bytes: 262_144, files: 60, file_bytes: 20_971_520 };

export interface SigningKey {
  readonly kid: string;
  readonly jwk: JsonWebKey;
}

/** A position that holds for one subject (a site, a ticket, a draft) for half an hour. */
export interface Anchor {
  readonly subject: string;
  readonly position: Position;
  readonly at: number;
}

export interface Resume {
  /** Route with what is open on it. */
  readonly route: string;
  readonly draft_id: string;
  /** Which of the screen's camera sheets. */
  readonly sheet: string;
  readonly at: number;
  /** The camera app or the album was about to open. */
  readonly left: boolean;
}

/** A screen lock: keeps a colleague's eyes off, and is no encryption. */
export interface Pin {
  readonly salt: string;
  readonly hash: string;
  readonly rounds: number;
  /** Wrong tries since the last right one, and until when no further one is taken. */
  readonly failures: number;
  readonly until: number;
  /** When the screen was last left with the lock open. */
  readonly left_at: number;
}

export interface MetaValues {
  device: Device;
  profile: Profile;
  pin: Pin;
  /** Highest number given out; the next operation takes the next one. */
  last_seq: number;
  contact: ServerContact;
  /** Lives of the server's data that this phone has met; the last one is the present one (a restore begins a new one). */
  epochs: readonly string[];
  /** Answer of the last reconcile. `safe_through` null = the server has no backup or replica to point at. */
  reconciled: { readonly epoch: string; readonly at: number; readonly safe_through: number | null };
  /** Where the working set stands; belongs to one post, because another post sees other rows. */
  cursor: { readonly post_id: string | null; readonly cursor: string; readonly pulled_at: number; readonly shape?: number };
  keys: { readonly keys: readonly SigningKey[]; readonly fetched_at: number };
  /** Where the person is known to have been a moment ago; serves photos that get no fix of their own. */
  anchors: readonly Anchor[];
  /** Where to go on if the phone ends this page while its camera app is open. */
  resume: Resume;
  /** The inbox as it was seen last, of one post. */
  inbox: KeptInbox;
  /** This browser's push subscription and its number at the county; absent = this person did not switch it on here. */
  push: { readonly id: string; readonly endpoint: string };
}

export type MetaName = keyof MetaValues;

export async function getMeta<Name extends MetaName>(tx: ReadTx | WriteTx, name: Name): Promise<MetaValues[Name] | null> {
  return ((await tx.objectStore('meta').get(name)) as MetaValues[Name] | undefined) ?? null;
}

export async function putMeta<Name extends MetaName>(tx: WriteTx, name: Name, value: MetaValues[Name]): Promise<void> {
  await tx.objectStore('meta').put(value, name);
}

export const readMeta = <Name extends MetaName>(db: Database, name: Name): Promise<MetaValues[Name] | null> =>
  db.read(['meta'], (tx) => getMeta(tx, name));

export const writeMeta = <Name extends MetaName>(db: Database, name: Name, value: MetaValues[Name]): Promise<void> =>
  db.write(['meta'], (tx) => putMeta(tx, name, value));
