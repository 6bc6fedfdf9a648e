// The tickets that orders are printed for: by their ids, a few at a time, or page after page of a list, up to what one prints at once.
import type { ApiResult } from '@/api/client';
import type { Page, TicketPage } from '@/api/types';
import type { Ticket } from '@/core';
import { asQuery } from '../office/filters';
import { core } from '../shell/core.svelte';
import { MOST } from './bulk';
import type { Wanted } from './orders';

export interface Found {
  readonly tickets: readonly Ticket[];
  /** Asked for by name and not there for this reader. */
  readonly gone: number;
  /** The list is longer than what is printed at once. */
  readonly more: boolean;
}

const AT_ONCE = 4;

export async function fetchOrders(wanted: Wanted | null): Promise<ApiResult<Found>> {
  if (wanted === null) return ok({ tickets: [], gone: 0, more: false });
  return 'ids' in wanted ? byId(wanted.ids) : byFilter(wanted);
}

const ok = (data: Found): ApiResult<Found> => ({ kind: 'ok', status: 200, data });

async function byId(ids: readonly string[]): Promise<ApiResult<Found>> {
  const some = ids.slice(0, MOST);
  const found = new Map<string, Ticket>();
  let gone = 0;
  let trouble: Exclude<ApiResult<never>, { kind: 'ok' }> | null = null;
  const rest = [...some];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let id = rest.shift(); id !== undefined && trouble === null; id = rest.shift()) {
        const answer = await core().api.get<TicketPage>(`/tickets/${id}`);
        if (answer.kind === 'ok') found.set(id, answer.data);
        else if (answer.kind === 'problem' && answer.problem.status === 404) gone += 1;
        else trouble = answer;
      }
    }),
  );
  return trouble ?? ok({ tickets: some.flatMap((id) => found.get(id) ?? []), gone, more: ids.length > MOST });
}

async function byFilter({ filters }: Extract<Wanted, { filters: unknown }>): Promise<ApiResult<Found>> {
  const tickets: Ticket[] = [];
  let cursor: string | null = null;
  do {
    const answer: ApiResult<Page<Ticket>> = await core().api.get<Page<Ticket>>('/tickets', { ...asQuery(filters), cursor, limit: 50 });
    if (answer.kind !== 'ok') return answer;
    tickets.push(...answer.data.items);
    cursor = answer.data.next;
  } while (cursor !== null && tickets.length < MOST);
  return ok({ tickets: tickets.slice(0, MOST), gone: 0, more: cursor !== null || tickets.length > MOST });
}
