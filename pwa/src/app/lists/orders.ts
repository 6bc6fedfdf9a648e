// Orders on paper (交办单): which tickets they are for, and how they lie on A4: one a sheet, or a list for each unit.
import type { Ticket } from '@/core';
import { address, readFilters, type Filters } from '../office/filters';

export const LAYOUTS = ['one', 'list'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Rows of a list on one sheet: with a photo and a code each, as tall as both need. */
export const ROWS = 8;

export type Wanted = { readonly ids: readonly string[] } | { readonly filters: Filters };

/** Tickets by name, or all that a list's filters show. In the address, so that the page can be opened again. */
export function ordersAddress(wanted: Wanted): string {
  if ('ids' in wanted) return `#/paper/orders?ids=${wanted.ids.join(',')}`;
  return `#${address(wanted.filters).replace('/tickets', '/paper/orders')}`;
}

export function readWanted(querystring: string | undefined): Wanted | null {
  const asked = new URLSearchParams(querystring ?? '');
  const ids = (asked.get('ids') ?? '').split(',').filter((id) => /^[0-9a-f-]{36}$/i.test(id));
  if (ids.length > 0) return { ids: [...new Set(ids)] };
  const filters = readFilters(querystring);
  return Object.keys(filters).length > 0 ? { filters } : null;
}

type Row = Pick<Ticket, 'id' | 'number' | 'unit_id' | 'unit_name' | 'due_at'>;

export interface Unit<T> {
  readonly id: string;
  readonly name: string;
  readonly tickets: readonly T[];
}

const text = (value: string | null): string => value ?? '';

/** By unit; within it the soonest first, as it is worked through. */
export function byUnit<T extends Row>(tickets: readonly T[]): readonly Unit<T>[] {
  const units = new Map<string, T[]>();
  for (const ticket of tickets) {
    const id = text(ticket.unit_id);
    units.set(id, [...(units.get(id) ?? []), ticket]);
  }
  return [...units]
    .map(([id, rows]) => ({ id, name: text(rows[0]?.unit_name ?? null), tickets: rows.sort((a, b) => text(a.due_at).localeCompare(text(b.due_at)) || text(a.number).localeCompare(text(b.number))) }))
    .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
}

export interface OrderSheet<T> {
  readonly unit: Unit<T>;
  readonly tickets: readonly T[];
  /** Number of the first row in its unit's list. */
  readonly from: number;
  /** Page of pages of this unit. */
  readonly page: number;
  readonly pages: number;
}

export function sheetsOf<T extends Row>(tickets: readonly T[], layout: Layout): readonly OrderSheet<T>[] {
  const size = layout === 'one' ? 1 : ROWS;
  return byUnit(tickets).flatMap((unit) => {
    const pages = Math.ceil(unit.tickets.length / size);
    return Array.from({ length: pages }, (_, page) => ({ unit, tickets: unit.tickets.slice(page * size, (page + 1) * size), from: page * size + 1, page: page + 1, pages }));
  });
}
