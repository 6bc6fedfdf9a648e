// Prepares photos off the main thread: decode, draw upright at the wanted size, encode as JPEG, hash, thumbnail. One at a time; every bitmap is
// closed as soon as it has been drawn, because a phone that runs out of memory here loses the picture.
import { sha256 } from '../core/bytes';
import type { PhotoJob, PhotoReply } from './photo.protocol';

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
    .catch((): PhotoReply => ({ kind: 'failed' }))
    .then((reply) => {
      const transfer = reply.kind === 'ready' ? [reply.bytes, ...(reply.thumb ? [reply.thumb] : [])] : [];
      self.postMessage({ id, reply }, transfer);
    });
};

function prepare(job: PhotoJob): Promise<PhotoReply> {
  return job.kind === 'frame' ? fromFrame(job.bitmap, job.low) : fromFile(job.blob, job.low, job.keep_below);
}

async function fromFrame(bitmap: ImageBitmap, low: boolean): Promise<PhotoReply> {
  try {
    return await encoded(bitmap, low);
  } finally {
    bitmap.close();
  }
}

/** Kept byte for byte where possible: the author's hash is over what the camera wrote. */
async function fromFile(blob: Blob, low: boolean, keep_below: number): Promise<PhotoReply> {
  const bytes = await blob.arrayBuffer();
  const media_type = sniff(new Uint8Array(bytes));
  if (media_type === null) return { kind: 'failed' };
  const bitmap = await decode(blob);
  try {
    if (bitmap && (low || bytes.byteLength > keep_below)) {
      const smaller = await encoded(bitmap, low);
      if (smaller.kind === 'ready' && smaller.bytes.byteLength < bytes.byteLength) return { ...smaller, reencoded: true };
    }
    return {
      kind: 'ready',
      bytes,
      sha256: await sha256(bytes),
      media_type,
      width: bitmap?.width ?? null,
      height: bitmap?.height ?? null,
      thumb: bitmap ? await jpeg(bitmap, THUMB_EDGE, THUMB_QUALITY) : null,
      reencoded: false,
    };
  } finally {
    bitmap?.close();
  }
}

async function encoded(bitmap: ImageBitmap, low: boolean): Promise<PhotoReply> {
  const edge = low ? LOW_EDGE : EDGE;
  const bytes = await jpeg(bitmap, edge, low ? LOW_QUALITY : QUALITY);
  const { width, height } = fit(bitmap, edge);
  return {
    kind: 'ready',
    bytes,
    sha256: await sha256(bytes),
    media_type: 'image/jpeg',
    width,
    height,
    thumb: await jpeg(bitmap, THUMB_EDGE, THUMB_QUALITY),
    reencoded: false,
  };
}

/** Upright by EXIF. Null for a format that this browser cannot decode (HEIC on Android): the server can. */
async function decode(blob: Blob): Promise<ImageBitmap | null> {
  try {
    return await createImageBitmap(blob, { imageOrientation: 'from-image' });
  } catch {
    return null;
  }
}

function fit({ width, height }: { width: number; height: number }, edge: number): { width: number; height: number } {
  const scale = Math.min(1, edge / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

async function jpeg(bitmap: ImageBitmap, edge: number, quality: number): Promise<ArrayBuffer> {
  const { width, height } = fit(bitmap, edge);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('no 2d context');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
  // Gives the pixels back now instead of at the next collection.
  canvas.width = canvas.height = 1;
  return blob.arrayBuffer();
}

/** By the first bytes, never by the name: what the server will see too. */
function sniff(bytes: Uint8Array): string | null {
  const ascii = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg';
  if (bytes[0] === 0x89 && ascii(1, 4) === 'PNG') return 'image/png';
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'image/webp';
  if (ascii(4, 8) === 'ftyp' && /^(heic|heix|heim|heis|hevc|mif1|msf1)$/.test(ascii(8, 12))) return 'image/heic';
  return null;
}
