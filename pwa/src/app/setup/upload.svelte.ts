// One file on its way to the preview: judged here, read as far as a look at its outlines needs it, carried over with progress. The last file stays at
// hand, so that it can be looked at with other coordinates without being chosen again.
import type { ApiResult } from '@/api/client';
import type { Datum, ImportView } from '@/api/imports';
import { sendFile, type Sending } from '../office/send-file';
import { judge, textOf, type Unfit } from './files';
import { readDots, readShapes, type Shapes } from './shapes';
import { withStarter } from './starter';

export type UploadState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'unfit'; readonly why: Unfit }
  | Sending
  | { readonly kind: 'done'; readonly answer: ApiResult<ImportView> };

export interface Held {
  readonly id: string;
  readonly file: File;
  readonly shapes: Shapes | null;
  /** It went together with the starter checklists. */
  readonly starter: boolean;
  /** The text was not UTF-8 and has been converted. */
  readonly converted: boolean;
}

let held = $state.raw<Held | null>(null);
/** The file behind this import, while the page stays open. */
export const heldFor = (id: string): Held | null => (held?.id === id ? held : null);

/** Larger files are not parsed on the page: the look at the map is a help, not a step. */
const LOOKED_AT_BYTES = 20 * 1024 ** 2;

export class Upload {
  state = $state.raw<UploadState>({ kind: 'idle' });
  name = $state('');
  #stop: (() => void) | null = null;

  get busy(): boolean {
    return this.state.kind === 'sending' || this.state.kind === 'checking';
  }

  stop(): void {
    this.#stop?.();
  }

  /** The preview, or null when there is none; what happened instead stands in `state`. */
  async begin(file: File, datum: Datum, starter = false): Promise<ImportView | null> {
    if (this.busy) return null;
    this.name = file.name;
    this.state = { kind: 'sending', sent: 0, all: file.size };
    const judged = judge(file.name, file.size, new Uint8Array(await file.slice(0, 8).arrayBuffer()));
    if (!judged.fit) {
      this.state = { kind: 'unfit', why: judged.why };
      return null;
    }
    let sent: Blob = file;
    let converted = false;
    let shapes: Shapes | null = null;
    if (judged.kind === 'csv') {
      const read = textOf(await file.arrayBuffer());
      converted = read.converted;
      if (converted) sent = new Blob([read.text]);
      if (file.size <= LOOKED_AT_BYTES) shapes = readDots(read.text);
    } else if ((judged.kind === 'geojson' || judged.kind === 'checklists') && file.size <= LOOKED_AT_BYTES) {
      shapes = readShapes(await file.text());
    }
    const together = starter && judged.kind === 'workbook';
    if (together) {
      const archive = await withStarter(file);
      if (archive === null) {
        this.state = { kind: 'done', answer: { kind: 'offline' } };
        return null;
      }
      sent = archive;
    }
    const sending = sendFile<ImportView>(`/imports?name=${encodeURIComponent(file.name)}&datum=${datum}`, sent, 'application/octet-stream', (now) => (this.state = now));
    this.#stop = sending.stop;
    const answer = await sending.answer;
    this.#stop = null;
    this.state = answer === null ? { kind: 'idle' } : { kind: 'done', answer };
    if (answer?.kind !== 'ok') return null;
    held = { id: answer.data.id, file, shapes, starter: together, converted };
    return answer.data;
  }
}
