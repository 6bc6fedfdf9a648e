// Everything the core takes from the world, in one place, so that a test can be the world: its clock, its network, its storage.

export interface Channel {
  post(message: unknown): void;
  close(): void;
}

export interface Host {
  readonly fetch: (input: string, init?: RequestInit) => Promise<Response>;
  /** Wall clock of the phone, ms since 1970; may be wrong. */
  readonly now: () => number;
  /** Clock that never jumps, ms since the page began. */
  readonly monotonic: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly locks: LockManager;
  /** Talks to the other tabs of this browser. */
  readonly channel: (name: string, receive: (message: unknown) => void) => Channel;
  readonly storage: StorageSource | null;
  readonly geolocation: GeolocationSource | null;
  readonly photoWorker: (listener: PhotoWorkerListener) => PhotoWorkerPort;
  /** A file on the disk to write something big into; null or missing where the browser lends none. */
  readonly scratch?: () => Promise<Scratch | null>;
  readonly timeZone: () => string;
  readonly appVersion: string;
  /** Told to the server with each operation: made on a phone or at a desk. */
  readonly capture: 'phone' | 'desktop';
  /** Told by the page: is a tab of ours on screen, and does the browser believe in a network? */
  readonly visible: () => boolean;
  readonly online: () => boolean;
}

/** One file that is written from front to back and then handed on. */
export interface Scratch {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  finish(): Promise<Blob>;
  drop(): Promise<void>;
}

/** The part of the StorageManager that is used. */
export interface StorageSource {
  estimate(): Promise<{ quota?: number; usage?: number }>;
  persist(): Promise<boolean>;
  persisted(): Promise<boolean>;
}

/** The part of the Geolocation API that is used; named here because the core is compiled without the page's library. */
export interface GeolocationSource {
  watchPosition(
    success: (position: GeolocationFix) => void,
    error: (problem: { readonly code: number; readonly message: string }) => void,
    options: { enableHighAccuracy: boolean; maximumAge: number; timeout: number },
  ): number;
  clearWatch(id: number): void;
}

export interface GeolocationFix {
  readonly timestamp: number;
  readonly coords: {
    readonly longitude: number;
    readonly latitude: number;
    readonly accuracy: number;
    readonly heading: number | null;
  };
}

/** A worker that prepares photos; see workers/photo.worker.ts. */
export interface PhotoWorkerPort {
  postMessage(message: unknown, transfer: Transferable[]): void;
  terminate(): void;
}

export interface PhotoWorkerListener {
  readonly message: (data: unknown) => void;
  /** The worker died (mostly: out of memory). */
  readonly died: () => void;
}
