// Closed tickets that were drawn to be looked at again: as the county says now, or as they lie on this phone without a network.
import type { Page } from '@/api/types';
import type { Ticket } from '@/core';
import { core, live } from '../shell/core.svelte';
import { pages } from '../tickets/remote.svelte';

export interface Drawn {
  readonly rows: readonly Ticket[];
  readonly more: boolean;
  readonly busy: boolean;
  readonly ready: boolean;
  readonly trouble: boolean;
  next(): Promise<void>;
  reload(): Promise<void>;
}

const EVERYTHING = 100_000;

/** Call while a component initialises. */
export function drawn(): Drawn {
  const online = pages<Ticket>((cursor) => core().api.get<Page<Ticket>>('/tickets', { look_back: 'waiting', cursor, limit: 50 }));
  const here = live<readonly Ticket[]>(['tickets'], async () => (await core().tickets.search({ states: ['closed'], limit: EVERYTHING })).filter((ticket) => ticket.look_back?.state === 'waiting'));
  /** Sealed here and not answered for yet: done as far as this phone can do it. */
  const sealed = live(['work'], () => core().work.mine({ kinds: ['ticket.look_back', 'ticket.relapse'], limit: 200 }));
  const rows = $derived.by(() => {
    const local = here();
    const own = sealed();
    const done = own.kind === 'ready' ? own.value.filter((work) => ['sealed', 'sending', 'waiting_login'].includes(work.state)).map((work) => work.subject.ticket_id) : [];
    const known = online.state.kind === 'ready' ? online.rows : local.kind === 'ready' ? local.value : [];
    return known.filter((ticket) => !done.includes(ticket.id));
  });
  $effect(() =>
    core().on('changed', (nouns) => {
      if (nouns.has('tickets')) void online.reload();
    }),
  );
  return {
    get rows() {
      return rows;
    },
    get more() {
      return online.more;
    },
    get busy() {
      return online.busy;
    },
    get ready() {
      return online.state.kind !== 'loading' || here().kind === 'ready';
    },
    get trouble() {
      return online.state.kind === 'failed' || (online.state.kind === 'ready' && online.state.trouble !== null);
    },
    next: () => online.next(),
    reload: () => online.reload(),
  };
}
