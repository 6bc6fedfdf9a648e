// One rescue file on its way to the county: a large body straight from the disk, with progress. The browser's fetch tells none, so this uses the
// older request; nothing of the file is read into memory.
import type { ApiResult } from '@/api/client';
import { result } from '@/api/make';
import { PROOF } from '@/core/http';
import { core } from '../shell/core.svelte';

export const MAX_BYTES = 2 * 1024 ** 3;

export type Outcome = 'accepted' | 'already_here' | 'refused' | 'bad_signature' | 'unreadable';

export interface RescueResult {
  readonly operations: readonly { readonly operation_id: string; readonly outcome: Outcome; readonly receipt: boolean; readonly missing_files: number }[];
  readonly files: { readonly stored: number; readonly already_here: number; readonly hash_mismatch: number };
}

export type Import =
  | { readonly kind: 'idle' }
  | { readonly kind: 'unfit'; readonly why: 'tooLarge' | 'notZip' }
  | { readonly kind: 'sending'; readonly sent: number; readonly all: number }
  /** All bytes are there; the county checks signatures and hashes before it stores anything. */
  | { readonly kind: 'checking' }
  | { readonly kind: 'done'; readonly answer: ApiResult<RescueResult> };

export class RescueImport {
  state = $state.raw<Import>({ kind: 'idle' });
  name = $state('');
  #request: XMLHttpRequest | null = null;

  async begin(file: File): Promise<void> {
    this.name = file.name;
    if (file.size > MAX_BYTES) this.state = { kind: 'unfit', why: 'tooLarge' };
    else if (!(await looksLikeZip(file))) this.state = { kind: 'unfit', why: 'notZip' };
    else await this.#send(file);
  }

  stop(): void {
    this.#request?.abort();
  }

  async #send(file: File): Promise<void> {
    this.state = { kind: 'sending', sent: 0, all: file.size };
    const headers = await core().api.headers();
    if (headers === null) {
      this.state = { kind: 'done', answer: { kind: 'offline' } };
      return;
    }
    const request = new XMLHttpRequest();
    this.#request = request;
    request.open('POST', '/api/v1/imports/rescue');
    for (const [name, value] of Object.entries({ ...headers, 'Content-Type': 'application/zip', 'Idempotency-Key': crypto.randomUUID() })) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => (this.state = loaded < total ? { kind: 'sending', sent: loaded, all: total } : { kind: 'checking' });
    request.upload.onload = () => (this.state = { kind: 'checking' });
    request.onload = () => (this.state = { kind: 'done', answer: answerOf(request) });
    request.onerror = request.ontimeout = () => (this.state = { kind: 'done', answer: { kind: 'offline' } });
    request.onabort = () => (this.state = { kind: 'idle' });
    request.send(file);
  }
}

/** The same rule as everywhere: an answer that is not our JSON is no network. */
function answerOf(request: XMLHttpRequest): ApiResult<RescueResult> {
  if (request.getResponseHeader(PROOF) === null) return { kind: 'offline' };
  let body: unknown;
  try {
    body = JSON.parse(request.responseText);
  } catch {
    return { kind: 'offline' };
  }
  return result<RescueResult>({ kind: 'ours', status: request.status, body, headers: new Headers() });
}

async function looksLikeZip(file: File): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 0x03 || head[2] === 0x05);
}
