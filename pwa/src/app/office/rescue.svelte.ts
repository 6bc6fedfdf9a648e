// One rescue file on its way to the county.
import type { ApiResult } from '@/api/client';
import { sendFile, type Sending } from './send-file';

export const MAX_BYTES = 2 * 1024 ** 3;

export type Outcome = 'accepted' | 'already_here' | 'refused' | 'bad_signature' | 'unreadable';

export interface RescueResult {
  readonly operations: readonly { readonly operation_id: string; readonly outcome: Outcome; readonly receipt: boolean; readonly missing_files: number }[];
  readonly files: { readonly stored: number; readonly already_here: number; readonly hash_mismatch: number };
}

export type Import =
  | { readonly kind: 'idle' }
  | { readonly kind: 'unfit'; readonly why: 'tooLarge' | 'notZip' }
  /** The county checks signatures and hashes before it stores anything. */
  | Sending
  | { readonly kind: 'done'; readonly answer: ApiResult<RescueResult> };

export class RescueImport {
  state = $state.raw<Import>({ kind: 'idle' });
  name = $state('');
  #stop: (() => void) | null = null;

  async begin(file: File): Promise<void> {
    this.name = file.name;
    if (file.size > MAX_BYTES) this.state = { kind: 'unfit', why: 'tooLarge' };
    else if (!(await looksLikeZip(file))) this.state = { kind: 'unfit', why: 'notZip' };
    else await this.#send(file);
  }

  stop(): void {
    this.#stop?.();
  }

  async #send(file: File): Promise<void> {
    const sending = sendFile<RescueResult>('/imports/rescue', file, 'application/zip', (now) => (this.state = now));
    this.#stop = sending.stop;
    const answer = await sending.answer;
    this.state = answer === null ? { kind: 'idle' } : { kind: 'done', answer };
  }
}

async function looksLikeZip(file: File): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 0x03 || head[2] === 0x05);
}
