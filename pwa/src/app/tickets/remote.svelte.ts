// An online answer that a screen shows: loading, ready (perhaps stale), offline or a problem; the last good value stays while a newer one
// is fetched or cannot be.
import type { ApiResult, Problem } from '@/api/client';
import type { Page } from '@/api/types';

export type Trouble = { readonly kind: 'offline' } | { readonly kind: 'expired' } | { readonly kind: 'problem'; readonly problem: Problem };

export type RemoteState<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly value: T; readonly at: number; readonly trouble: Trouble | null }
  | { readonly kind: 'failed'; readonly trouble: Trouble };

export interface Remote<T> {
  readonly state: RemoteState<T>;
  readonly value: T | null;
  readonly busy: boolean;
  reload(): Promise<void>;
  /** Puts a newer value in place without asking, e.g. after a step whose outcome is known. */
  set(value: T): void;
}

function trouble(result: Exclude<ApiResult<unknown>, { kind: 'ok' }>): Trouble {
  return result.kind === 'problem' ? { kind: 'problem', problem: result.problem } : { kind: result.kind };
}

/**
 * `const counts = remote(() => core().api.get<TicketCounts>('/tickets/counts'))`; call while a component initialises. Asks again when
 * reactive values read by `load` (before its first await) change.
 */
export function remote<T>(load: () => Promise<ApiResult<T>>): Remote<T> {
  let state = $state.raw<RemoteState<T>>({ kind: 'loading' });
  let busy = $state(false);
  let turn = 0;

  async function settle(asked: Promise<ApiResult<T>>): Promise<void> {
    const mine = ++turn;
    busy = true;
    const result = await asked;
    if (mine !== turn) return;
    busy = false;
    if (result.kind === 'ok') state = { kind: 'ready', value: result.data, at: Date.now(), trouble: null };
    else if (state.kind === 'ready') state = { ...state, trouble: trouble(result) };
    else state = { kind: 'failed', trouble: trouble(result) };
  }

  $effect(() => {
    void settle(load());
    const back = (): void => void settle(load());
    window.addEventListener('online', back);
    return () => window.removeEventListener('online', back);
  });

  return {
    get state() {
      return state;
    },
    get value() {
      return state.kind === 'ready' ? state.value : null;
    },
    get busy() {
      return busy;
    },
    reload: () => settle(load()),
    set: (value) => {
      turn += 1;
      busy = false;
      state = { kind: 'ready', value, at: Date.now(), trouble: null };
    },
  };
}

export interface Pages<Row> {
  readonly state: RemoteState<readonly Row[]>;
  readonly rows: readonly Row[];
  readonly as_of: string | null;
  readonly more: boolean;
  readonly busy: boolean;
  reload(): Promise<void>;
  next(): Promise<void>;
  /** Changes rows in place: takes a finished ticket out of a queue. */
  update(change: (rows: readonly Row[]) => readonly Row[]): void;
}

/** A keyset-paged list: `load(cursor)` with null for the first page. Starts over when reactive values that it reads change. */
export function pages<Row>(load: (cursor: string | null) => Promise<ApiResult<Page<Row>>>): Pages<Row> {
  let cursor = $state<string | null>(null);
  let as_of = $state<string | null>(null);
  let loadingMore = $state(false);
  const first = remote(async () => {
    const result = await load(null);
    if (result.kind !== 'ok') return result;
    cursor = result.data.next;
    as_of = result.data.as_of ?? null;
    return { ...result, data: result.data.items };
  });
  return {
    get state() {
      return first.state;
    },
    get rows() {
      return first.value ?? [];
    },
    get as_of() {
      return as_of;
    },
    get more() {
      return cursor !== null;
    },
    get busy() {
      return first.busy || loadingMore;
    },
    reload: first.reload,
    async next() {
      if (cursor === null || loadingMore) return;
      loadingMore = true;
      const from = cursor;
      const result = await load(from);
      loadingMore = false;
      if (result.kind !== 'ok' || cursor !== from) return;
      cursor = result.data.next;
      first.set([...(first.value ?? []), ...result.data.items]);
    },
    update: (change) => first.set(change(first.value ?? [])),
  };
}
