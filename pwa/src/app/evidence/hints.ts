// What the list of hints is narrowed to, as it stands in the address: a link to a narrowed list can be sent to somebody.
import type { Query } from '@/api/client';

export const HINT_FILTERS = ['code', 'strength', 'township_id'] as const;
export type HintFilter = (typeof HINT_FILTERS)[number];
export type HintFilters = Partial<Record<HintFilter, string>>;
export type HintView = 'open' | 'decided';

export function readHints(querystring: string): { readonly view: HintView; readonly filters: HintFilters } {
  const asked = new URLSearchParams(querystring);
  const filters: HintFilters = {};
  for (const name of HINT_FILTERS) {
    const value = asked.get(name);
    if (value) filters[name] = value;
  }
  return { view: asked.get('view') === 'decided' ? 'decided' : 'open', filters };
}

export function hintsAddress(view: HintView, filters: HintFilters): string {
  const query = new URLSearchParams(view === 'decided' ? { view } : {});
  for (const name of HINT_FILTERS) {
    const value = filters[name];
    if (value) query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? '/flags' : `/flags?${text}`;
}

export const hintsQuery = (view: HintView, filters: HintFilters, cursor: string | null): Query => ({ ...filters, overruled: view === 'decided', cursor, limit: 50 });
