// Prepares photos off the main thread: decode, draw upright at the wanted size, encode as JPEG, hash, thumbnail. One at a time; every bitmap is
// closed as soon as it has been drawn, because a phone that runs out of memory here loses the picture.
import { sha256 } from '../core/bytes';
import type { PhotoJob, PhotoReply } from './photo.protocol';
import { sniff, whole } from './sniff';

declare const self: DedicatedWorkerGlobalScope;

const EDGE = 2560;
const QUALITY = 0.78;
const LOW_EDGE = 1600;
const LOW_QUALITY = 0.75;
const THUMB_EDGE = 320;
const THUMB_QUALITY = 0.7;

self.onmessage = (event: MessageEvent<{ id: number; job: PhotoJob }>) => {
  const { id, job } = event.data;
  void prepare(job)
    // What fails after the picture was recognised is the phone's memory: a canvas or a blob that could not be made.
    .catch((): PhotoReply => ({ kind: 'failed', why: 'memory' }))
    .then((reply) => {
      const transfer = reply.kind === 'ready' ? [reply.bytes, ...(reply.thumb ? [reply.thumb] : [])] : [];
      self.postMessage({ id, reply }, transfer);
    });
};

function prepare(job: PhotoJob): Promise<PhotoReply> {
  return job.kind === 'frame' ? encoded(job.bitmap, job.low) : fromFile(job.blob, job.low, job.keep_below);
}

/** Kept byte for byte where possible: the author's hash is over what the camera wrote. */
async function fromFile(blob: Blob, low: boolean, keep_below: number): Promise<PhotoReply> {
  const bytes = await blob.arrayBuffer();
  const media_type = sniff(new Uint8Array(bytes));
  if (media_type === null) return { kind: 'failed', why: 'not_a_photo' };
  if (!whole(new Uint8Array(bytes), media_type)) return { kind: 'failed', why: 'damaged' };
  const bitmap = await decode(blob);
  // HEIC on Android: this browser cannot show it, the server can.
  if (!bitmap && media_type !== 'image/heic') return { kind: 'failed', why: 'damaged' };
  const [width, height] = [bitmap?.width ?? null, bitmap?.height ?? null];
  if (bitmap && (low || bytes.byteLength > keep_below)) {
    const smaller = await encoded(bitmap, low);
    if (smaller.kind === 'ready' && smaller.bytes.byteLength < bytes.byteLength) return { ...smaller, reencoded: true };
    if (smaller.kind === 'ready') return { kind: 'ready', bytes, sha256: await sha256(bytes), media_type, width, height, thumb: smaller.thumb, reencoded: false };
  }
  let thumb: ArrayBuffer | null = null;
  if (bitmap) {
    const small = drawn(bitmap, fit(bitmap, THUMB_EDGE));
    bitmap.close();
    thumb = await jpeg(small, THUMB_QUALITY);
  }
  return { kind: 'ready', bytes, sha256: await sha256(bytes), media_type, width, height, thumb, reencoded: false };
}

/** Takes the bitmap and closes it as soon as its pixels are drawn; the thumbnail comes from what was drawn, not from the big picture again. */
async function encoded(bitmap: ImageBitmap, low: boolean): Promise<PhotoReply> {
  const size = fit(bitmap, low ? LOW_EDGE : EDGE);
  let canvas: OffscreenCanvas;
  try {
    canvas = drawn(bitmap, size);
  } finally {
    bitmap.close();
  }
  const small = drawn(canvas, fit(size, THUMB_EDGE));
  const bytes = await jpeg(canvas, low ? LOW_QUALITY : QUALITY);
  return { kind: 'ready', bytes, sha256: await sha256(bytes), media_type: 'image/jpeg', ...size, thumb: await jpeg(small, THUMB_QUALITY), reencoded: false };
}

/** Upright by EXIF. Null for what this browser cannot decode. */
async function decode(blob: Blob): Promise<ImageBitmap | null> {
  try {
    return await createImageBitmap(blob, { imageOrientation: 'from-image' });
  } catch {
    return null;
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function fit({ width, height }: Size, edge: number): Size {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function drawn(picture: ImageBitmap | OffscreenCanvas, { width, height }: Size): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('no 2d context');
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  return canvas;
}

/** Encodes and gives the pixels back at once instead of at the next collection. */
async function jpeg(canvas: OffscreenCanvas, quality: number): Promise<ArrayBuffer> {
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
  canvas.width = canvas.height = 1;
  return blob.arrayBuffer();
}
