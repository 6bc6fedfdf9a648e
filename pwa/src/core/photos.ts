// A photo from shutter to disk: position noted at once, prepared and hashed in a worker, bytes and sidecar in one strict transaction, read back
// and hashed again. Only then does the caller hear "stored"; until then the bytes are still in memory and nothing claims to be safe.
import { sha256, uuidv7 } from './bytes';
import { NoSpace, type Database } from './db';
import type { Geo } from './geo';
import type { Host, PhotoWorkerPort } from './host';
import { DEFAULT_LIMITS, readMeta } from './meta';
import type { FileRow } from './model';
import type { PhotoMeta, PhotoResult } from './index';
import type { PhotoJob, PhotoReply } from '../workers/photo.protocol';

/** Picked files up to this size are kept exactly as they were handed over. */
export const KEEP_AS_IS_BYTES = 12_000_000;

export type Space = 'normal' | 'low' | 'none';

type Prepared = Extract<PhotoReply, { kind: 'ready' }>;

export class Photos {
  readonly #db: Database;
  readonly #host: Host;
  readonly #geo: Geo;
  readonly #space: () => Space;
  readonly #full: () => void;
  readonly #changed: () => void;
  #worker: PhotoWorkerPort | null = null;
  #jobs = new Map<number, (reply: PhotoReply) => void>();
  #last = 0;
  /** One picture at a time: a 12-megapixel frame is 48 MB in memory. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(db: Database, host: Host, geo: Geo, space: () => Space, full: () => void, changed: () => void) {
    this.#db = db;
    this.#host = host;
    this.#geo = geo;
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
      await tx.objectStore('files').delete(file_id);
      await tx.objectStore('file_bytes').delete(file_id);
      await tx.objectStore('thumbs').delete(file_id);
    });
    this.#changed();
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #add(draft_id: string, meta: PhotoMeta, job: PhotoJob, transfer: Transferable[]): Promise<PhotoResult> {
    // At the shutter, not when the worker is done: the inspector may have walked on.
    const now = this.#host.now();
    const place = meta.capture === 'album' ? null : this.#geo.fresh();
    const work = this.#queue.then(async (): Promise<PhotoResult> => {
      if (this.#space() === 'none') return { kind: 'no_space' };
      const limits = (await readMeta(this.#db, 'profile'))?.limits ?? DEFAULT_LIMITS;
      if ((await this.of(draft_id)).length >= limits.files) return { kind: 'too_many', limit: limits.files };
      const prepared = await this.#prepare(job, transfer);
      if (prepared.kind !== 'ready') return { kind: 'unreadable' };
      if (prepared.bytes.byteLength > limits.file_bytes) {
        return { kind: 'too_large', limit: limits.file_bytes, actual: prepared.bytes.byteLength };
      }
      const file: FileRow = {
        file_id: uuidv7(now),
        sha256: prepared.sha256,
        bytes: prepared.bytes.byteLength,
        media_type: prepared.media_type,
        width: prepared.width,
        height: prepared.height,
        role: meta.role,
        item_path: meta.item_path ?? null,
        instance_key: meta.instance_key ?? '',
        of_file_id: meta.of_file_id ?? null,
        taken_at: new Date(now).toISOString(),
        capture: meta.capture,
        capture_reason: meta.capture_reason ?? null,
        reencoded: prepared.reencoded,
        position: place?.position ?? null,
        heading: place?.heading ?? null,
        owner: draft_id,
        stored_at: now,
        upload: 'held',
      };
      return this.#store(file, prepared);
    });
    this.#queue = work.catch(() => undefined);
    return work;
  }

  async #store(file: FileRow, prepared: Prepared): Promise<PhotoResult> {
    try {
      const kept = await this.#db.write(['drafts', 'files', 'file_bytes', 'thumbs'], async (tx) => {
        // Discarded or sealed while the picture was being prepared.
        if (!(await tx.objectStore('drafts').getKey(file.owner))) return false;
        await tx.objectStore('files').add(file);
        await tx.objectStore('file_bytes').add(prepared.bytes, file.file_id);
        if (prepared.thumb) await tx.objectStore('thumbs').add(prepared.thumb, file.file_id);
        return true;
      });
      if (!kept) return { kind: 'unreadable' };
    } catch (error) {
      if (!(error instanceof NoSpace)) throw error;
      this.#full();
      return { kind: 'no_space' };
    }
    // Some systems have given back shorter files than they took.
    const back = await this.#db.read(['file_bytes'], (tx) => tx.objectStore('file_bytes').get(file.file_id));
    if (!back || (await sha256(back)) !== file.sha256) {
      await this.remove(file.file_id);
      return { kind: 'unreadable' };
    }
    this.#changed();
    return { kind: 'stored', file };
  }

  #prepare(job: PhotoJob, transfer: Transferable[]): Promise<PhotoReply> {
    return new Promise((resolve) => {
      const id = ++this.#last;
      const worker = this.#start();
      this.#jobs.set(id, resolve);
      worker.postMessage({ id, job }, transfer);
    });
  }

  #start(): PhotoWorkerPort {
    if (this.#worker) return this.#worker;
    const worker = this.#host.photoWorker({
      message: (data) => {
        const { id, reply } = data as { id: number; reply: PhotoReply };
        this.#jobs.get(id)?.(reply);
        this.#jobs.delete(id);
      },
      // What it was doing is answered; the next picture gets a new worker.
      died: () => {
        for (const resolve of this.#jobs.values()) resolve({ kind: 'failed' });
        this.#jobs.clear();
        this.close();
      },
    });
    this.#worker = worker;
    return worker;
  }
}
