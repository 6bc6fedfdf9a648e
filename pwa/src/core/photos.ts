// A photo from shutter to disk: position noted at once, prepared and hashed in a worker, bytes and sidecar in one strict transaction, read back
// and hashed again. Only then does the caller hear "stored"; until then the bytes are still in memory and nothing claims to be safe.
import { Anchors, bestPosition, COARSE_M, subjectKey } from './anchors';
import { sha256, uuidv7, type Bytes } from './bytes';
import type { Clock } from './clock';
import { NoSpace, type Database, type WriteTx } from './db';
import type { Geo } from './geo';
import type { Host, PhotoWorkerPort } from './host';
import { DEFAULT_LIMITS, readMeta } from './meta';
import type { FileRow, Position } from './model';
import type { PhotoMeta, PhotoResult } from './index';
import type { PhotoJob, PhotoReply } from '../workers/photo.protocol';

/** Picked files up to this size are kept exactly as they were handed over. */
export const KEEP_AS_IS_BYTES = 12_000_000;

export type Space = 'normal' | 'low' | 'none';

/**
 * A worker that the system killed without a word never answers. Counted in slices: a page that was put to sleep wakes up with its worker, and
 * one late timer must not take away the time that the worker did not have.
 */
const PATIENCE_MS = 60_000;
const SLICE_MS = 5_000;

type Prepared = Extract<PhotoReply, { kind: 'ready' }>;

/** What the page made itself is kept as it is; a picture goes through the worker. */
type Source = { readonly kind: 'made'; readonly bytes: Bytes; readonly media_type: string } | PhotoJob;

/** Everything about the moment of the shutter, taken at once: the person may have walked on when the worker is done. */
interface Moment {
  readonly now: number;
  readonly clock: NonNullable<FileRow['clock']>;
  readonly fresh: { readonly position: Position; readonly heading: number | null } | null;
}

export class Photos {
  readonly #db: Database;
  readonly #host: Host;
  readonly #geo: Geo;
  readonly #clock: Clock;
  readonly #anchors: Anchors;
  readonly #space: () => Space;
  readonly #full: () => void;
  readonly #changed: () => void;
  #worker: PhotoWorkerPort | null = null;
  #jobs = new Map<number, (reply: PhotoReply | 'stalled') => void>();
  #last = 0;
  /** One picture at a time: a 12-megapixel frame is 48 MB in memory. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(db: Database, host: Host, geo: Geo, clock: Clock, space: () => Space, full: () => void, changed: () => void) {
    this.#db = db;
    this.#host = host;
    this.#geo = geo;
    this.#clock = clock;
    this.#anchors = new Anchors(db, host.now);
    this.#space = space;
    this.#full = full;
    this.#changed = changed;
  }

  take(draft_id: string, frame: ImageBitmap, meta: PhotoMeta): Promise<PhotoResult> {
    return this.#add(draft_id, meta, { kind: 'frame', bitmap: frame, low: this.#space() === 'low' }, [frame]);
  }

  pick(draft_id: string, file: Blob, meta: PhotoMeta): Promise<PhotoResult> {
    return this.#add(draft_id, meta, { kind: 'file', blob: file, low: this.#space() === 'low', keep_below: KEEP_AS_IS_BYTES }, []);
  }

  /** Made by the page itself: a drawing over a photo (which takes the place of an earlier one), a voice note. */
  attach(draft_id: string, bytes: Bytes, media_type: string, meta: PhotoMeta): Promise<PhotoResult> {
    return this.#add(draft_id, meta, { kind: 'made', bytes, media_type }, []);
  }

  of(owner: string): Promise<readonly FileRow[]> {
    return this.#db.read(['files'], async (tx) => {
      const files = await tx.objectStore('files').index('owner').getAll(owner);
      return files.sort((a, b) => a.stored_at - b.stored_at);
    });
  }

  async bytes(file_id: string): Promise<Blob | null> {
    const { file, bytes } = await this.#db.read(['files', 'file_bytes'], async (tx) => ({
      file: await tx.objectStore('files').get(file_id),
      bytes: await tx.objectStore('file_bytes').get(file_id),
    }));
    return file && bytes ? new Blob([bytes], { type: file.media_type }) : null;
  }

  async thumb(file_id: string): Promise<Blob | null> {
    const bytes = await this.#db.read(['thumbs'], (tx) => tx.objectStore('thumbs').get(file_id));
    return bytes ? new Blob([bytes], { type: 'image/jpeg' }) : null;
  }

  /** Takes a photo out of a draft. A sealed operation's photos cannot be removed. */
  async remove(file_id: string): Promise<void> {
    await this.#db.write(['operations', 'files', 'file_bytes', 'thumbs'], async (tx) => {
      const file = await tx.objectStore('files').get(file_id);
      if (!file || (await tx.objectStore('operations').getKey(file.owner))) return;
      // A drawing goes with what it lies over.
      const over = (await tx.objectStore('files').index('owner').getAll(file.owner)).filter((other) => other.role === 'annotation' && other.of_file_id === file_id);
      for (const id of [file_id, ...over.map((other) => other.file_id)]) await drop(tx, id);
    });
    this.#changed();
  }

  /** Resolves when every picture that was handed over by now is on the disk, or was refused; or after so long. */
  async idle(max_ms: number): Promise<void> {
    const enough = new AbortController();
    await Promise.race([this.#queue, this.#host.sleep(max_ms, enough.signal)]);
    enough.abort();
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #add(draft_id: string, meta: PhotoMeta, source: Source, transfer: Transferable[]): Promise<PhotoResult> {
    const { last_server_at, monotonic_ms } = this.#clock.read();
    // A picture of the album was taken who knows where.
    const moment: Moment = { now: this.#host.now(), clock: { last_server_at, monotonic_ms }, fresh: meta.capture === 'album' ? null : this.#geo.fresh() };
    const work = this.#queue.then(() => this.#made(draft_id, meta, source, transfer, moment));
    this.#queue = work.catch(() => undefined);
    return work;
  }

  async #made(draft_id: string, meta: PhotoMeta, source: Source, transfer: Transferable[], moment: Moment): Promise<PhotoResult> {
    if (this.#space() === 'none') {
      if (source.kind === 'frame') source.bitmap.close();
      return { kind: 'no_space' };
    }
    const limits = (await readMeta(this.#db, 'profile'))?.limits ?? DEFAULT_LIMITS;
    const there = (await this.of(draft_id)).filter((file) => !replaces(meta, file));
    if (there.length >= limits.files) return { kind: 'too_many', limit: limits.files };
    const prepared = source.kind === 'made' ? await asMade(source) : await this.#prepare(source, transfer);
    if (prepared.kind !== 'ready') return { kind: 'unreadable', why: prepared.why };
    if (prepared.bytes.byteLength > limits.file_bytes) {
      return { kind: 'too_large', limit: limits.file_bytes, actual: prepared.bytes.byteLength };
    }
    const file: FileRow = {
      file_id: uuidv7(moment.now),
      sha256: prepared.sha256,
      bytes: prepared.bytes.byteLength,
      media_type: prepared.media_type,
      width: prepared.width,
      height: prepared.height,
      role: meta.role,
      item_path: meta.item_path ?? null,
      instance_key: meta.instance_key ?? '',
      of_file_id: meta.of_file_id ?? null,
      taken_at: new Date(moment.now).toISOString(),
      capture: meta.capture,
      capture_reason: meta.capture_reason ?? null,
      reencoded: prepared.reencoded,
      position: meta.capture === 'album' || meta.role === 'annotation' ? null : await this.#position(draft_id, moment),
      heading: meta.heading ?? moment.fresh?.heading ?? null,
      clock: moment.clock,
      ...(meta.seconds === undefined ? {} : { seconds: meta.seconds }),
      owner: draft_id,
      stored_at: moment.now,
      upload: 'held',
    };
    return this.#store(file, prepared, meta);
  }

  /** A good fix of this moment also serves the next photos of the same place, which may be indoors. */
  async #position(draft_id: string, { fresh }: Moment): Promise<Position | null> {
    const draft = await this.#db.read(['drafts'], (tx) => tx.objectStore('drafts').get(draft_id));
    const subject = subjectKey(draft?.subject ?? { title: '' }, draft_id);
    const position = bestPosition(fresh?.position ?? null, (await this.#anchors.of(subject))?.position ?? null);
    if (position !== null && position === fresh?.position && (position.accuracy_m ?? Infinity) <= COARSE_M) await this.#anchors.put(subject, position);
    return position;
  }

  async #store(file: FileRow, prepared: Prepared, meta: PhotoMeta): Promise<PhotoResult> {
    try {
      const kept = await this.#db.write(['drafts', 'files', 'file_bytes', 'thumbs'], async (tx) => {
        // Discarded or sealed while the picture was being prepared.
        if (!(await tx.objectStore('drafts').getKey(file.owner))) return false;
        for (const other of await tx.objectStore('files').index('owner').getAll(file.owner)) if (replaces(meta, other)) await drop(tx, other.file_id);
        await tx.objectStore('files').add(file);
        await tx.objectStore('file_bytes').add(prepared.bytes, file.file_id);
        if (prepared.thumb) await tx.objectStore('thumbs').add(prepared.thumb, file.file_id);
        return true;
      });
      if (!kept) return { kind: 'unreadable', why: 'gone' };
    } catch (error) {
      if (!(error instanceof NoSpace)) throw error;
      this.#full();
      return { kind: 'no_space' };
    }
    // Some systems have given back shorter files than they took.
    const back = await this.#db.read(['file_bytes'], (tx) => tx.objectStore('file_bytes').get(file.file_id));
    if (!back || (await sha256(back)) !== file.sha256) {
      await this.remove(file.file_id);
      return { kind: 'unreadable', why: 'damaged' };
    }
    this.#changed();
    return { kind: 'stored', file };
  }

  async #prepare(job: PhotoJob, transfer: Transferable[]): Promise<PhotoReply> {
    const first = await this.#ask(job, transfer);
    if (first !== 'stalled') return first;
    // A picked file still lies here, so another worker may try; a frame was handed over and went with its worker.
    const second = job.kind === 'file' ? await this.#ask(job, transfer) : first;
    return second === 'stalled' ? { kind: 'failed', why: 'memory' } : second;
  }

  /** `stalled`: no answer in a long time; that worker is done with. */
  #ask(job: PhotoJob, transfer: Transferable[]): Promise<PhotoReply | 'stalled'> {
    return new Promise((resolve) => {
      const id = ++this.#last;
      const worker = this.#start();
      let left = PATIENCE_MS;
      const watch = setInterval(() => {
        left -= SLICE_MS;
        if (left > 0) return;
        this.close();
        answer('stalled');
      }, SLICE_MS);
      const answer = (reply: PhotoReply | 'stalled'): void => {
        clearInterval(watch);
        this.#jobs.delete(id);
        resolve(reply);
      };
      this.#jobs.set(id, answer);
      try {
        worker.postMessage({ id, job }, transfer);
      } catch {
        answer({ kind: 'failed', why: 'memory' });
      }
    });
  }

  #start(): PhotoWorkerPort {
    if (this.#worker) return this.#worker;
    const worker = this.#host.photoWorker({
      message: (data) => {
        const { id, reply } = data as { id: number; reply: PhotoReply };
        this.#jobs.get(id)?.(reply);
      },
      // What it was doing is answered; the next picture gets a new worker.
      died: () => {
        for (const answer of this.#jobs.values()) answer({ kind: 'failed', why: 'memory' });
        this.close();
      },
    });
    this.#worker = worker;
    return worker;
  }
}

/** One drawing lies over one photo: the new one takes the place of the old one. */
const replaces = (meta: PhotoMeta, other: FileRow): boolean => meta.role === 'annotation' && other.role === 'annotation' && other.of_file_id === (meta.of_file_id ?? null);

async function drop(tx: WriteTx, file_id: string): Promise<void> {
  await tx.objectStore('files').delete(file_id);
  await tx.objectStore('file_bytes').delete(file_id);
  await tx.objectStore('thumbs').delete(file_id);
}

async function asMade({ bytes, media_type }: Extract<Source, { kind: 'made' }>): Promise<Prepared> {
  return { kind: 'ready', bytes: bytes.buffer, sha256: await sha256(bytes), media_type, width: null, height: null, thumb: null, reencoded: false };
}
