// The server's answers about sessions, and its problem documents.
import { fields, integer, list, text } from './fields';
import { DEFAULT_LIMITS, type Limits } from './meta';
import type { Person, Post, Words } from './model';

export interface ProblemAnswer {
  readonly code: string;
  readonly words: Words | null;
  /** The first field that is not as required, as a JSON pointer. */
  readonly field: string | null;
  /** What is said of that field. */
  readonly said: Words | null;
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
  const first = fields(list(problem['errors'])[0]);
  const said = { zh: text(first?.['zh']), en: text(first?.['en']) };
  const join = (title: string, stop: string, next: string | null): string => (next ? `${title}${stop}${next}` : title);
  return {
    code,
    words: zh !== null && en !== null ? { zh: join(zh, '。', text(problem['next_zh'])), en: join(en, '. ', text(problem['next_en'])) } : null,
    field: text(first?.['field']),
    said: said.zh !== null && said.en !== null ? { zh: said.zh, en: said.en } : null,
    server_seq: integer(problem['server_seq']),
    receipt: text(problem['receipt']),
    kept: problem['status'] === 'refused' || problem['kept'] === true || integer(problem['server_seq']) !== null,
  };
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
    ...(maybe('acting_for') === null ? {} : { acting_for: maybe('acting_for') }),
  };
}
