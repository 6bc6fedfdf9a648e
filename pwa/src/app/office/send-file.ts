// A large body straight from the disk, with progress. The browser's fetch tells none, so this uses the older request; nothing of the file is read
// into memory.
import type { ApiResult } from '@/api/client';
import { result } from '@/api/make';
import { PROOF } from '@/core/http';
import { core } from '../shell/core.svelte';

export type Sending =
  | { readonly kind: 'sending'; readonly sent: number; readonly all: number }
  /** All bytes are there; the county looks at them. */
  | { readonly kind: 'checking' };

export interface OnItsWay<T> {
  /** Null: stopped by the person. */
  readonly answer: Promise<ApiResult<T> | null>;
  readonly stop: () => void;
}

/** `path` below `/api/v1`. */
export function sendFile<T>(path: string, file: Blob, type: string, on: (now: Sending) => void): OnItsWay<T> {
  const request = new XMLHttpRequest();
  let stopped = false;
  const answer = (async (): Promise<ApiResult<T> | null> => {
    on({ kind: 'sending', sent: 0, all: file.size });
    const headers = await core().api.headers();
    if (stopped) return null;
    if (headers === null) return { kind: 'offline' };
    return new Promise((resolve) => {
      request.open('POST', `/api/v1${path}`);
      for (const [name, value] of Object.entries({ ...headers, 'Content-Type': type, 'Idempotency-Key': crypto.randomUUID() })) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => on(loaded < total ? { kind: 'sending', sent: loaded, all: total } : { kind: 'checking' });
      request.upload.onload = () => on({ kind: 'checking' });
      request.onload = () => resolve(answerOf<T>(request));
      request.onerror = request.ontimeout = () => resolve({ kind: 'offline' });
      request.onabort = () => resolve(null);
      request.send(file);
    });
  })();
  return {
    answer,
    stop: () => {
      stopped = true;
      request.abort();
    },
  };
}

/** The same rule as everywhere: an answer that is not our JSON is no network. */
function answerOf<T>(request: XMLHttpRequest): ApiResult<T> {
  if (request.getResponseHeader(PROOF) === null) return { kind: 'offline' };
  let body: unknown;
  try {
    body = JSON.parse(request.responseText);
  } catch {
    return { kind: 'offline' };
  }
  return result<T>({ kind: 'ours', status: request.status, body, headers: new Headers() });
}
