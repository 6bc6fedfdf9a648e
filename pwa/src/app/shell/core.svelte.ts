// The bridge between the core (plain data, events) and Svelte (reactivity). Screens import `core`, `session`, `sync`, `storage`, `place`
// and `live`; nothing else knows how the two meet.
import { createSubscriber } from 'svelte/reactivity';
import type { ClientStatus, Core, CoreEvents, GeoState, HandedIn, LockState, Noun, Session, StorageStatus, SyncStatus } from '@/core';

let instance: Core | null = null;

/** Called once by main.ts, before anything is mounted. */
export function provideCore(core: Core): void {
  instance = core;
}

export function core(): Core {
  if (!instance) throw new Error('provideCore() must run first');
  return instance;
}

function watched<Name extends keyof CoreEvents, T>(name: Name, read: (core: Core) => T): () => T {
  const subscribe = createSubscriber((update) => core().on(name, update));
  return () => {
    subscribe();
    return read(core());
  };
}

/** Reactive reads: use them in markup, `$derived` and `$effect`. */
export const session: () => Session = watched('session', (c) => c.session);
export const sync: () => SyncStatus = watched('sync', (c) => c.sync);
export const storage: () => StorageStatus = watched('storage', (c) => c.storage);
export const handedIn: () => readonly HandedIn[] = watched('handed_in', (c) => c.handedIn);
export const lock: () => LockState = watched('lock', (c) => c.lock.state);
export const client: () => ClientStatus = watched('client', (c) => c.client);
export const trouble: () => string | null = watched('trouble', (c) => c.trouble);
export const place: () => GeoState = watched('place', (c) => c.place.state);

export type Live<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly value: T }
  | { readonly kind: 'failed' };

/**
 * A query that stays fresh while its component lives: `const tickets = live(['tickets'], () => core().tickets.search({ site_id }))`,
 * read as `tickets()`. Runs again when reactive values that the query reads change, and after every commit that touches its nouns.
 * The old value stays on screen while the new one loads.
 */
export function live<T>(nouns: readonly Noun[], query: () => Promise<T>): () => Live<T> {
  let state = $state.raw<Live<T>>({ kind: 'loading' });
  let turn = 0;
  $effect(() => {
    const run = (): void => {
      const mine = ++turn;
      query().then(
        (value) => {
          if (mine === turn) state = { kind: 'ready', value };
        },
        () => {
          if (mine === turn && state.kind !== 'ready') state = { kind: 'failed' };
        },
      );
    };
    run();
    return core().on('changed', (changed) => {
      if (nouns.some((noun) => changed.has(noun))) run();
    });
  });
  return () => state;
}
