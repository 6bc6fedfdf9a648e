// The server's answers, read field by field. A shape that is not as agreed gives `null`, and null counts as "not our server": better to
// send again than to take a stranger's word for delivered work. Unknown extra fields are ignored.
import { DEFAULT_LIMITS, type Limits } from './meta';
import type { Changed, Person, Post, Words } from './model';

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const integer = (value: unknown): number | null => (typeof value === 'number' && Number.isSafeInteger(value) ? value : null);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);
const texts = (value: unknown): readonly string[] => list(value).filter((item): item is string => typeof item === 'string');

export interface OperationAnswer {
  readonly server_seq: number;
  readonly accepted_at: string;
  readonly outcome: 'applied' | 'conflict' | 'waiting' | 'nothing';
  readonly flags: readonly string[];
  readonly changed: readonly Changed[];
  readonly missing: readonly string[];
  readonly receipt: string | null;
}

export function operationAnswer(body: unknown, operation_id: string): OperationAnswer | null {
  const answer = fields(body);
  const server_seq = integer(answer?.['server_seq']);
  const accepted_at = text(answer?.['accepted_at']);
  const outcome = answer?.['outcome'];
  if (!answer || answer['operation_id'] !== operation_id || server_seq === null || accepted_at === null) return null;
  if (outcome !== 'applied' && outcome !== 'conflict' && outcome !== 'waiting' && outcome !== 'nothing') return null;
  if (!Array.isArray(answer['missing'])) return null;
  return {
    server_seq,
    accepted_at,
    outcome,
    flags: list(answer['flags']).flatMap((flag) => text(fields(flag)?.['code']) ?? text(flag) ?? []),
    changed: list(answer['changed']).flatMap((row) => changed(row) ?? []),
    missing: texts(answer['missing']),
    receipt: text(answer['receipt']),
  };
}

function changed(value: unknown): Changed | null {
  const row = fields(value);
  const noun = text(row?.['noun']);
  const id = text(row?.['id']);
  if (!row || noun === null || id === null) return null;
  return { noun, id, version: integer(row['version']) ?? 0, state: text(row['state']), number: text(row['number']) };
}

export interface ProblemAnswer {
  readonly code: string;
  readonly words: Words | null;
  readonly server_seq: number | null;
  readonly receipt: string | null;
  /** The server keeps the operation although it refused it. */
  readonly kept: boolean;
}

export function problemAnswer(body: unknown): ProblemAnswer | null {
  const problem = fields(body);
  const code = text(problem?.['code']);
  if (!problem || code === null) return null;
  const zh = text(problem['title_zh']);
  const en = text(problem['title_en']);
  const join = (title: string, next: string | null): string => (next ? `${title} ${next}` : title);
  return {
    code,
    words: zh !== null && en !== null ? { zh: join(zh, text(problem['next_zh'])), en: join(en, text(problem['next_en'])) } : null,
    server_seq: integer(problem['server_seq']),
    receipt: text(problem['receipt']),
    kept: problem['status'] === 'refused' || problem['kept'] === true || integer(problem['server_seq']) !== null,
  };
}

export type ReceiptAnswer = { readonly kind: 'missing'; readonly missing: readonly string[] } | { readonly kind: 'receipt'; readonly jws: string };

export function receiptAnswer(status: number, body: unknown): ReceiptAnswer | null {
  const answer = fields(body);
  if (status === 202 && Array.isArray(answer?.['missing'])) return { kind: 'missing', missing: texts(answer['missing']) };
  const jws = text(answer?.['receipt']);
  return status === 200 && jws !== null ? { kind: 'receipt', jws } : null;
}

export interface ReconcileAnswer {
  readonly epoch: string;
  readonly safe_through: number | null;
  readonly known: readonly { readonly operation_id: string; readonly hash: string; readonly complete: boolean }[];
  readonly lacking: readonly string[];
}

export function reconcileAnswer(body: unknown): ReconcileAnswer | null {
  const answer = fields(body);
  const epoch = text(answer?.['epoch']);
  if (!answer || epoch === null || !Array.isArray(answer['known']) || !Array.isArray(answer['lacking'])) return null;
  return {
    epoch,
    safe_through: integer(answer['safe_through']),
    known: list(answer['known']).flatMap((value) => {
      const row = fields(value);
      const operation_id = text(row?.['operation_id']);
      const hash = text(row?.['hash']);
      return operation_id !== null && hash !== null ? [{ operation_id, hash: bareHash(hash), complete: row?.['complete'] === true }] : [];
    }),
    lacking: texts(answer['lacking']),
  };
}

/** Hashes name their algorithm on the wire (`sha-256:…`); rows here keep the hex. */
export const bareHash = (hash: string): string => hash.replace(/^sha-256:/, '');

export interface FeedChange {
  readonly noun: string;
  readonly id: string;
  readonly version: number;
  /** Null = the row left this person's sight. */
  readonly row: unknown;
}

export interface FeedAnswer {
  readonly cursor: string;
  readonly more: boolean;
  readonly changes: readonly FeedChange[];
}

export function feedAnswer(body: unknown): FeedAnswer | null {
  const answer = fields(body);
  const cursor = text(answer?.['cursor']);
  if (!answer || cursor === null || !Array.isArray(answer['changes'])) return null;
  return { cursor, more: answer['more'] === true, changes: list(answer['changes']).flatMap((value) => feedChange(value) ?? []) };
}

export interface SnapshotAnswer {
  readonly cursor: string;
  readonly next: string | null;
  readonly rows: readonly FeedChange[];
}

export function snapshotAnswer(body: unknown): SnapshotAnswer | null {
  const answer = fields(body);
  const cursor = text(answer?.['cursor']);
  if (!answer || cursor === null || !Array.isArray(answer['rows'])) return null;
  const next = answer['next'];
  return {
    cursor,
    next: typeof next === 'number' ? String(next) : text(next),
    rows: list(answer['rows']).flatMap((value) => feedChange(value) ?? []),
  };
}

function feedChange(value: unknown): FeedChange | null {
  const change = fields(value);
  const noun = text(change?.['noun']);
  const id = text(change?.['id']);
  if (!change || noun === null || id === null) return null;
  return { noun, id, version: integer(change['version']) ?? 0, row: change['removed'] === true ? null : (change['row'] ?? null) };
}

export interface SessionAnswer {
  readonly person: Person;
  readonly posts: readonly Post[];
  readonly must_change_password: boolean;
  readonly demo: boolean;
  readonly limits: Limits;
  readonly access_token: string | null;
  readonly expires_in_s: number;
  readonly device: { readonly id: string; readonly send_credential: string | null } | null;
}

export function sessionAnswer(body: unknown): SessionAnswer | null {
  const answer = fields(body);
  const person = fields(answer?.['person']);
  const id = text(person?.['id']);
  const name = text(person?.['name']);
  if (!answer || !person || id === null || name === null || !Array.isArray(answer['posts'])) return null;
  const device = fields(answer['device']);
  const device_id = text(device?.['id']);
  const limits = fields(answer['limits']);
  return {
    person: { id, name, login: text(person['login']) ?? '' },
    posts: list(answer['posts']).flatMap((value) => post(value) ?? []),
    must_change_password: person['must_change_password'] === true,
    demo: answer['demo'] === true,
    limits: {
      body_bytes: integer(limits?.['body_bytes']) ?? DEFAULT_LIMITS.body_bytes,
      files: integer(limits?.['files']) ?? DEFAULT_LIMITS.files,
      file_bytes: integer(limits?.['file_bytes']) ?? DEFAULT_LIMITS.file_bytes,
    },
    access_token: text(answer['access_token']),
    expires_in_s: integer(answer['expires_in']) ?? 0,
    device: device_id === null ? null : { id: device_id, send_credential: text(device?.['send_credential']) },
  };
}

function post(value: unknown): Post | null {
  const row = fields(value);
  const id = text(row?.['id']);
  const role = text(row?.['role']);
  if (!row || id === null || role === null) return null;
  const maybe = (name: string): string | null => text(row[name]);
  return {
    id,
    role: role as Post['role'],
    unit_kind: maybe('unit_kind') ?? '',
    unit_id: maybe('unit_id') ?? '',
    unit_name: maybe('unit_name') ?? '',
    county_id: maybe('county_id'),
    county_name: maybe('county_name'),
    township_id: maybe('township_id'),
    township_name: maybe('township_name'),
    village_id: maybe('village_id'),
    village_name: maybe('village_name'),
  };
}
