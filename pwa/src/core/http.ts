// One request, one honest answer. "Online" means that our server answered with our words: a hotel's login page with status 200, a proxy's
// HTML error or a cut-off body all count as no network, so nothing is ever taken for delivered that is not.
import type { Host } from './host';

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
  readonly timeout_ms: number;
  readonly signal?: AbortSignal;
  /** Answers of this request have no JSON body but must carry this header to count as ours. */
  readonly mark?: string;
}

export type Reply =
  /** Our server's JSON (or, with `mark`, its bodiless answer: `body` is null then). */
  | { readonly kind: 'ours'; readonly status: number; readonly body: unknown; readonly headers: Headers }
  /** Overloaded, timed out or failing, by our server or something before it; try later. */
  | { readonly kind: 'busy'; readonly status: number; readonly retry_after_ms: number | null }
  | { readonly kind: 'not_ours'; readonly status: number }
  | { readonly kind: 'offline' };

/** Status codes that pass by themselves. 425 is not here: it is the server's word on one operation. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

export async function send(host: Host, request: Request): Promise<Reply> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  const timer = setTimeout(stop, request.timeout_ms);
  request.signal?.addEventListener('abort', stop, { once: true });
  try {
    const response = await host.fetch(request.url, {
      method: request.method,
      headers: { ...request.headers },
      body: request.body ?? null,
      signal: abort.signal,
      cache: 'no-store',
      redirect: 'manual',
      credentials: 'omit',
    });
    return await read(response, request, host.now());
  } catch {
    return { kind: 'offline' };
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', stop);
  }
}

async function read(response: Response, request: Request, now: number): Promise<Reply> {
  const { status, headers } = response;
  if (PASSING.has(status)) return { kind: 'busy', status, retry_after_ms: retryAfter(headers.get('retry-after'), now) };
  const json = /^application\/([\w.]+\+)?json\b/i.test(headers.get('content-type') ?? '');
  if (json && request.method !== 'HEAD') {
    try {
      return { kind: 'ours', status, body: JSON.parse(await response.text()) as unknown, headers };
    } catch {
      return { kind: 'not_ours', status };
    }
  }
  if (request.mark !== undefined && headers.has(request.mark)) return { kind: 'ours', status, body: null, headers };
  return { kind: 'not_ours', status };
}

/** Seconds or a date, as RFC 9110 allows; at most an hour, so that a wrong clock cannot silence a phone. */
export function retryAfter(value: string | null, now: number): number | null {
  if (value === null || value.trim() === '') return null;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), 3_600_000) : null;
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 300_000;

/** Full jitter: anything between nothing and a ceiling that doubles from 2 s to 5 min, so that 300 phones do not return together. */
export function backoff(attempts: number, random: number): number {
  return Math.round(random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, attempts - 1)));
}
