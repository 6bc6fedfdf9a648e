// One photo over a weak link: tus 1.0 with the server as the only one who knows how far it is. Creating an upload again gives the same upload
// back, so nothing about it is kept on the phone and a restart of the app costs one small request, never a photo sent twice.
import { base64, fromHex, sha256, utf8, type Bytes } from './bytes';
import type { Host } from './host';
import { API, type Link } from './link';

export interface UploadSource {
  readonly sha256: string;
  readonly bytes: ArrayBuffer;
}

export type UploadOutcome =
  | { readonly kind: 'stored' }
  /** The link failed; it knows when to try again. */
  | { readonly kind: 'link' }
  | { readonly kind: 'unauthorised'; readonly status: number }
  /** The server does not know (or no longer wants) a file of this hash: ask about its operation. */
  | { readonly kind: 'unnamed'; readonly code: string | null }
  /** What lies here is not what was sealed. */
  | { readonly kind: 'damaged' }
  /** What lies here is right, and does not get through: pieces arrive changed, or each side means another place. Later, by another road. */
  | { readonly kind: 'garbled' }
  | { readonly kind: 'stopped' };

const SMALLEST_CHUNK = 16 * 1024;
const LARGEST_CHUNK = 256 * 1024;
/** As small as any: a piece under way is what the next visit's answers wait behind, and on 30 kbit/s these bytes are four seconds. */
const FIRST_CHUNK = SMALLEST_CHUNK;
/** A chunk that took longer than this is too big for this link; one that took less than a quarter of it is too small. */
const AIM_MS = 8_000;
/**
 * A piece that takes longer has stalled. Pieces are cut so that they take `AIM_MS`, so this is patience for a link that has become five times
 * slower; at 16 KB it still passes 500 bytes a second.
 */
const STALLED_MS = 45_000;
const SMALL_MS = 30_000;
/** So often in one place, then it waits: pieces that arrive changed, and answers that bring nothing. */
const MISMATCHES = 3;
const IN_VAIN = 5;

/** Size of the next piece, learnt from how long the last ones took. One for the phone, because the link is the phone's. */
export class ChunkSize {
  #bytes = FIRST_CHUNK;

  get bytes(): number {
    return this.#bytes;
  }

  took(ms: number): void {
    if (ms < AIM_MS / 4) this.#bytes = Math.min(LARGEST_CHUNK, this.#bytes * 2);
    else if (ms > AIM_MS) this.failed();
  }

  failed(): void {
    this.#bytes = Math.max(SMALLEST_CHUNK, this.#bytes / 2);
  }
}

const TUS = { 'Tus-Resumable': '1.0.0' };

export interface Upload {
  readonly host: Host;
  readonly link: Link;
  readonly authorization: string;
  readonly chunk: ChunkSize;
  readonly progress: (sent: number) => void;
  /** Asked between chunks: a newly sealed operation goes first, a lost lease ends it. */
  readonly stop: () => boolean;
  /** Fires in the middle of a piece when answers were sealed: they do not wait behind a photo. */
  readonly hurry?: AbortSignal | undefined;
}

export async function upload(context: Upload, source: UploadSource): Promise<UploadOutcome> {
  const content: Bytes = new Uint8Array(source.bytes);
  if ((await sha256(content)) !== source.sha256) return { kind: 'damaged' };
  const created = await create(context, source.sha256, content.byteLength);
  if ('kind' in created) return created;
  let { offset } = created;
  context.progress(offset);
  // Counted anew where it has come further than ever; once it fell back (the whole was wrong there), no more: a photo sent for nothing again
  // and again is no way forward either.
  let [furthest, mismatches, in_vain] = [offset, 0, 0];
  for (;;) {
    if (context.stop()) return { kind: 'stopped' };
    // At full length the piece is empty: the server then finishes (hashes, stores) what an earlier cut left open.
    const piece = content.subarray(offset, Math.min(offset + context.chunk.bytes, content.byteLength));
    const answer = await patch(context, created.location, offset, piece);
    if (typeof answer === 'number') {
      if (answer >= content.byteLength) return { kind: 'stored' };
      // Nothing was taken, and nothing was wrong: no way forward.
      if (answer === offset) in_vain += 1;
      offset = answer;
    } else {
      if (answer.kind !== 'mismatch' && answer.kind !== 'moved') return answer;
      const known = await head(context, created.location);
      if (typeof known !== 'number') return known;
      if (known < furthest) furthest = Infinity;
      offset = known;
      in_vain += 1;
      if (answer.kind === 'mismatch') mismatches += 1;
    }
    context.progress(offset);
    if (offset > furthest) [furthest, mismatches, in_vain] = [offset, 0, 0];
    if (mismatches >= MISMATCHES || in_vain >= IN_VAIN) return { kind: 'garbled' };
  }
}

interface Created {
  readonly location: string;
  readonly offset: number;
}

async function create(context: Upload, hash: string, length: number): Promise<Created | UploadOutcome> {
  const reply = await context.link.send({
    method: 'POST',
    url: `${API}/uploads`,
    headers: {
      ...TUS,
      Authorization: context.authorization,
      'Upload-Length': String(length),
      'Upload-Metadata': `sha256 ${base64(utf8(hash))}`,
    },
    timeout_ms: SMALL_MS,
  });
  if (reply.kind !== 'ours') return { kind: 'link' };
  if (reply.status === 401 || reply.status === 403) return { kind: 'unauthorised', status: reply.status };
  const location = path(reply.headers.get('location'));
  if (reply.status !== 201 || location === null) return { kind: 'unnamed', code: code(reply.body) };
  const offset = Number(reply.headers.get('upload-offset') ?? '0');
  return Number.isSafeInteger(offset) && offset <= length ? { location, offset } : { kind: 'unnamed', code: null };
}

type Patched = number | { readonly kind: 'moved' } | { readonly kind: 'mismatch' } | UploadOutcome;

/** The new offset, or why there is none. */
async function patch(context: Upload, location: string, offset: number, piece: Bytes): Promise<Patched> {
  const began = context.host.monotonic();
  const reply = await context.link.send({
    method: 'PATCH',
    url: location,
    headers: {
      ...TUS,
      Authorization: context.authorization,
      'Content-Type': 'application/offset+octet-stream',
      'Upload-Offset': String(offset),
      'Upload-Checksum': `sha256 ${base64(fromHex(await sha256(piece)))}`,
    },
    body: piece,
    timeout_ms: STALLED_MS,
    ...(context.hurry ? { signal: context.hurry } : {}),
  });
  if (reply.kind !== 'ours') {
    if (context.hurry?.aborted) return { kind: 'stopped' };
    // A busy server says nothing about the link.
    if (reply.kind === 'offline') context.chunk.failed();
    return { kind: 'link' };
  }
  switch (reply.status) {
    case 204: {
      if (piece.byteLength === context.chunk.bytes) context.chunk.took(context.host.monotonic() - began);
      const next = Number(reply.headers.get('upload-offset'));
      return Number.isSafeInteger(next) && next >= offset ? next : { kind: 'moved' };
    }
    case 409:
      return { kind: 'moved' };
    case 460:
      return { kind: 'mismatch' };
    case 401:
    case 403:
      return { kind: 'unauthorised', status: reply.status };
    default:
      return { kind: 'unnamed', code: code(reply.body) };
  }
}

async function head(context: Upload, location: string): Promise<number | UploadOutcome> {
  const reply = await context.link.send({
    method: 'HEAD',
    url: location,
    headers: { ...TUS, Authorization: context.authorization },
    timeout_ms: SMALL_MS,
  });
  if (reply.kind !== 'ours') return { kind: 'link' };
  if (reply.status === 401 || reply.status === 403) return { kind: 'unauthorised', status: reply.status };
  const offset = Number(reply.headers.get('upload-offset'));
  return reply.status === 200 && reply.headers.has('upload-offset') && Number.isSafeInteger(offset) ? offset : { kind: 'unnamed', code: null };
}

/** Only the path: the credential never goes to another host, whatever `Location` says. */
function path(location: string | null): string | null {
  if (location === null) return null;
  const { pathname } = new URL(location, 'https://here.invalid');
  return pathname.startsWith(`${API}/uploads/`) ? pathname : null;
}

function code(body: unknown): string | null {
  const value = (body as { code?: unknown } | null)?.code;
  return typeof value === 'string' ? value : null;
}
