// Looks for a QR code in one picture, off the main thread, for browsers without a detector of their own. Only loaded when somebody scans.
import decodeQR from 'qr/decode.js';
import type { QrJob, QrReply } from './qr.protocol';

declare const self: DedicatedWorkerGlobalScope;

/** Plates fill a good part of the frame; more pixels only cost time. */
const EDGE = 1280;

self.onmessage = (event: MessageEvent<QrJob>) => {
  const { id, bitmap, long } = event.data;
  let text: string | null = null;
  try {
    const scale = Math.min(1, EDGE / Math.max(bitmap.width, bitmap.height));
    const [width, height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    context?.drawImage(bitmap, 0, 0, width, height);
    const pixels = context?.getImageData(0, 0, width, height);
    if (pixels) text = decodeQR(pixels, long ? { effort: Infinity, timeLimit: 2_000 } : {});
  } catch {
    // No code in this picture: the library says so by throwing.
  } finally {
    bitmap.close();
  }
  self.postMessage({ id, text } satisfies QrReply);
};
