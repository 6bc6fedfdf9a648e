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
  /** Send the session cookie; only the session's own calls do. */
  readonly cookie?: boolean;
}

export type Reply =
  /** Our server's JSON, or its answer without a body (`body` null). */
  | { readonly kind: 'ours'; readonly status: number; readonly body: unknown; readonly headers: Headers }
  /** Overloaded, timed out or failing, by our server or something before it; try later. */
  | { readonly kind: 'busy'; readonly status: number; readonly retry_after_ms: number | null; readonly body: unknown }
  | { readonly kind: 'not_ours'; readonly status: number }
  | { readonly kind: 'offline' };

/** Every answer of our API carries it, and nobody else's does. */
export const PROOF = 'lalian-epoch';

/** Status codes that pass by themselves. 425 is not here: it is the server's word on one operation. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

export async function send(host: Host, request: Request): Promise<Reply> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  const timer = setTimeout(stop, request.timeout_ms);
  request.signal?.addEventListener('abort', stop, { once: true });
  if (request.signal?.aborted) stop();
  try {
    const response = await host.fetch(request.url, {
      method: request.method,
      headers: { ...request.headers },
      body: request.body ?? null,
      signal: abort.signal,
      cache: 'no-store',
      redirect: 'manual',
      credentials: request.cookie ? 'same-origin' : 'omit',
    });
    return await read(response, host.now());
  } catch {
    return { kind: 'offline' };
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', stop);
  }
}

async function read(response: Response, now: number): Promise<Reply> {
  const { status, headers } = response;
  const ours = headers.has(PROOF);
  const json = ours && /^application\/([\w.]+\+)?json\b/i.test(headers.get('content-type') ?? '');
  const body = json ? await parsed(response) : null;
  if (PASSING.has(status)) return { kind: 'busy', status, retry_after_ms: retryAfter(headers.get('retry-after'), now), body: body ?? null };
  // `undefined`: cut off in the middle.
  if (!ours || body === undefined) return { kind: 'not_ours', status };
  return { kind: 'ours', status, body, headers };
}

async function parsed(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await response.text()) as unknown;
  } catch {
    return undefined;
  }
}

/** Nothing that is sent waits longer than this, whatever a server asks or a clock says. */
const LONGEST_ASKED_MS = 3_600_000;

/** Is this moment still to be waited for? Not when it is absurdly far: then the clock was set back since it was noted. */
export const ahead = (until: number, now: number): boolean => until > now && until - now <= LONGEST_ASKED_MS;

/** Seconds or a date, as RFC 9110 allows; at most an hour, so that a wrong clock cannot silence a phone. */
export function retryAfter(value: string | null, now: number): number | null {
  if (value === null || value.trim() === '') return null;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), LONGEST_ASKED_MS) : null;
}

const SHORTEST_WAIT_MS = 250;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 300_000;

/** Full jitter under a ceiling that doubles from 2 s to 5 min, so that 300 phones in one valley do not return together. */
export function backoff(attempts: number, random: number): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, attempts - 1));
  return Math.max(SHORTEST_WAIT_MS, Math.round(random * ceiling));
}
