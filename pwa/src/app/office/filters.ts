// Filters of the ticket list. They live in the address, so that "back", a bookmark and a number on a board all open the same rows.
import type { Query } from '@/api/client';
import type { TicketState } from '@/core';

export const FILTERS = ['state', 'township_id', 'village_id', 'department', 'severity', 'is_static', 'overdue', 'border', 'counted', 'issued_on', 'closed_on', 'level', 'id', 'unit_id', 'site_id', 'q', 'sort',
  // notices
  'due_soon', 'due_by', 'due_on', 'due_kind', 'request', 'hard',
  // campaigns, checks, look-back
  'campaign', 'campaign_baseline', 'campaign_left', 'check_late', 'look_back', 'draw',
  // duties
  'to_sign', 'no_progress', 'referral', 'referred_to', 'relation', 'escalated',
  // what departments repair on one's land
  'local'] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Readonly<Partial<Record<Filter, string>>>;

/** All that are not finished. */
export const OPEN: readonly TicketState[] = ['pending', 'issued', 'in_progress', 'submitted', 'rework', 'on_hold'];

/** In the address: of every state, said on purpose. */
const EVERY = 'all';

export function readFilters(querystring: string | undefined): Filters {
  const asked = new URLSearchParams(querystring ?? '');
  const found: Partial<Record<Filter, string>> = {};
  for (const name of FILTERS) {
    const value = asked.get(name);
    if (value && !(name === 'state' && value === EVERY)) found[name] = value;
  }
  return found;
}

const narrows = (filters: Filters): boolean => Object.keys(filters).some((name) => name !== 'sort' && filters[name as Filter]);

/** What a list shows: by an address that narrows nothing it begins with what is not finished, because old closed tickets are due before all others. */
export function listFilters(querystring: string | undefined): Filters {
  const found = readFilters(querystring);
  return narrows(found) || new URLSearchParams(querystring ?? '').has('state') ? found : { ...found, state: OPEN.join(',') };
}

/** The address of a list that was narrowed or widened by hand: without any filter it shows all. */
export function listAddress(filters: Filters): string {
  const plain = address(filters);
  return narrows(filters) ? plain : `${plain}${plain.includes('?') ? '&' : '?'}state=${EVERY}`;
}

export const isOpen = (filters: Filters): boolean => filters.state === OPEN.join(',');

/** The same with words to look for; a list that nobody has narrowed yet is searched as a whole, for what is looked up by its number is often closed. */
export function searched(filters: Filters, q: string): Filters {
  const { state, ...rest } = filters;
  const fresh = isOpen(filters) && !narrows({ ...rest, q: '' });
  return q !== '' && fresh ? { ...rest, q } : { ...rest, ...(state ? { state } : {}), q };
}

export function address(filters: Filters): string {
  const query = new URLSearchParams();
  for (const name of FILTERS) {
    const value = filters[name];
    if (value) query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? '/tickets' : `/tickets?${text}`;
}

export const asQuery = (filters: Filters): Query => ({ sort: 'due', ...filters });
