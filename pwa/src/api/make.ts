// Builds the client of client.ts over the session's `call`.
import { PROOF } from '../core/http';
import { API } from '../core/link';
import type { Reply, Request } from '../core/http';
import type { ApiClient, ApiResult, Problem, Query } from './client';

const TIMEOUT_MS = 30_000;

export interface Session {
  readonly call: (request: Request) => Promise<Reply>;
  /** The raw door for bytes: adds the token, gives back the response; null without a session or a network. */
  readonly raw: (path: string) => Promise<Response | null>;
  readonly headers: ApiClient['headers'];
}

export function makeApi(session: Session): ApiClient {
  return {
    headers: session.headers,
    async get<Data>(path: string, query?: Query) {
      return result<Data>(await session.call({ method: 'GET', url: API + path + search(query), timeout_ms: TIMEOUT_MS }));
    },
    async send<Data>(
      method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
      path: string,
      body?: unknown,
      options?: { readonly key?: string; readonly version?: number },
    ) {
      const headers = {
        'Content-Type': 'application/json',
        'Idempotency-Key': options?.key ?? crypto.randomUUID(),
        ...(options?.version === undefined ? {} : { 'If-Match': `"${options.version}"` }),
      };
      return result<Data>(
        await session.call({ method, url: API + path, headers, timeout_ms: TIMEOUT_MS, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
      );
    },
    async blob(path) {
      const response = await session.raw(API + path);
      if (!response?.headers.has(PROOF)) return { kind: 'offline' };
      if (response.ok) return { kind: 'ok', status: response.status, data: await response.blob() };
      return result<Blob>({ kind: 'ours', status: response.status, body: await response.json().catch(() => null), headers: response.headers });
    },
  };
}

function search(query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === null || value === undefined || value === '') continue;
    params.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** A gateway's or a limiter's answer without words: the server is there and has too much to do, which is not the same as no network. */
const BUSY: Partial<Problem> = {
  code: 'busy',
  title_zh: '服务器正忙。',
  title_en: 'The server is busy.',
  next_zh: '请稍后再试。',
  next_en: 'Please try again in a moment.',
};

export function result<Data>(reply: Reply): ApiResult<Data> {
  // Our own 500 or 503 has words and an incident number; a stranger's has not.
  if (reply.kind === 'busy') return { kind: 'problem', problem: problem(reply.body ?? BUSY, reply.status) };
  if (reply.kind !== 'ours') return { kind: 'offline' };
  if (reply.status === 401) return { kind: 'expired' };
  if (reply.status >= 200 && reply.status < 300) return { kind: 'ok', status: reply.status, data: reply.body as Data };
  return { kind: 'problem', problem: problem(reply.body, reply.status) };
}

export function problem(body: unknown, status: number): Problem {
  const given = (body ?? {}) as Partial<Problem>;
  return {
    code: given.code ?? 'unknown',
    status,
    title_zh: given.title_zh ?? '服务器没有说明原因，请再试一次。',
    title_en: given.title_en ?? 'The server gave no reason. Please try again.',
    next_zh: given.next_zh ?? '',
    next_en: given.next_en ?? '',
    incident: given.incident ?? null,
    errors: given.errors ?? [],
  };
}
