// Reads QR codes from pictures: by the browser where it can, else by a small library in a worker that loads now.
import qrWorkerUrl from '@/workers/qr.worker?worker&url';
import { scriptUrl } from '@/app/shell/trusted';
import type { QrJob, QrReply } from '@/workers/qr.protocol';

/** The browser's own detector, which the page's library does not describe yet. */
interface Detector {
  detect(picture: ImageBitmap): Promise<readonly { readonly rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

export interface QrReader {
  /** Takes the bitmap and closes it. `long`: a single picture instead of a frame of many. */
  read(bitmap: ImageBitmap, long?: boolean): Promise<string | null>;
  close(): void;
}

export async function qrReader(): Promise<QrReader> {
  return (await native()) ?? library();
}

async function native(): Promise<QrReader | null> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass };
  try {
    if (!BarcodeDetector || !(await BarcodeDetector.getSupportedFormats()).includes('qr_code')) return null;
    const detector = new BarcodeDetector({ formats: ['qr_code'] });
    // Some browsers have the class and no engine behind it: they fail at the first picture, and the library takes over.
    let instead: QrReader | null = null;
    return {
      read: async (bitmap, long) => {
        if (instead) return instead.read(bitmap, long);
        try {
          const found = (await detector.detect(bitmap))[0]?.rawValue ?? null;
          bitmap.close();
          return found;
        } catch {
          instead = library();
          return instead.read(bitmap, long);
        }
      },
      close: () => instead?.close(),
    };
  } catch {
    return null;
  }
}

function library(): QrReader {
  const worker = new Worker(scriptUrl(qrWorkerUrl), { type: 'module' });
  const waiting = new Map<number, (text: string | null) => void>();
  let last = 0;
  worker.onmessage = ({ data }: MessageEvent<QrReply>) => {
    waiting.get(data.id)?.(data.text);
    waiting.delete(data.id);
  };
  worker.onerror = () => {
    for (const answer of waiting.values()) answer(null);
    waiting.clear();
  };
  return {
    read: (bitmap, long = false) =>
      new Promise((answer) => {
        const id = ++last;
        waiting.set(id, answer);
        worker.postMessage({ id, bitmap, long } satisfies QrJob, [bitmap]);
      }),
    close: () => worker.terminate(),
  };
}
