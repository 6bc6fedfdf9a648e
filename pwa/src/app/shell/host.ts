// The world as the core sees it: this browser. Everything here is a thin hand-over; nothing decides anything.
import photoWorkerUrl from '@/workers/photo.worker?worker&url';
import type { Host } from '@/core';
import type { Scratch } from '@/core/host';
import { scriptUrl } from './trusted';

declare const __APP_VERSION__: string;

/** A phone is what is held in one hand; a tablet or a touch laptop counts by its width. */
const isPhone = (): boolean => matchMedia('(pointer: coarse)').matches && Math.min(screen.width, screen.height) < 700;

export function browserHost(): Host {
  return {
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
    monotonic: () => performance.now(),
    random: () => Math.random(),
    sleep,
    locks: navigator.locks,
    channel: (name, receive) => {
      const channel = new BroadcastChannel(name);
      channel.onmessage = ({ data }) => receive(data);
      return { post: (message) => channel.postMessage(message), close: () => channel.close() };
    },
    storage: 'storage' in navigator ? navigator.storage : null,
    geolocation: 'geolocation' in navigator ? navigator.geolocation : null,
    photoWorker: ({ message, died }) => {
      const worker = new Worker(scriptUrl(photoWorkerUrl), { type: 'module' });
      worker.onmessage = ({ data }) => message(data);
      worker.onerror = died;
      return worker;
    },
    scratch,
    timeZone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    appVersion: __APP_VERSION__,
    capture: isPhone() ? 'phone' : 'desktop',
    visible: () => document.visibilityState === 'visible',
    online: () => navigator.onLine,
  };
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    // Longest delay that setTimeout takes.
    const timer = setTimeout(done, Math.min(ms, 2_147_483_647));
    signal?.addEventListener('abort', done);
  });
}

const SCRATCH = 'lalian-export.zip';

/** A file of the origin's private file system; Safari before 26 has no way to write it from a page. */
async function scratch(): Promise<Scratch | null> {
  if (typeof FileSystemFileHandle === 'undefined' || !('createWritable' in FileSystemFileHandle.prototype)) return null;
  const folder = await navigator.storage.getDirectory();
  const handle = await folder.getFileHandle(SCRATCH, { create: true });
  const stream = await handle.createWritable();
  return {
    write: (bytes) => stream.write(bytes),
    finish: async () => {
      await stream.close();
      return handle.getFile();
    },
    drop: async () => {
      await stream.abort();
      await dropScratch();
    },
  };
}

/** Gives the room back once the file was handed on. */
export async function dropScratch(): Promise<void> {
  try {
    await (await navigator.storage.getDirectory()).removeEntry(SCRATCH);
  } catch {
    // There was none.
  }
}
