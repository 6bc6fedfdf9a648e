// How the list of sites is cut: by what was done this quarter and by what is still open there.
import type { SiteHit } from '@/core';

export type Filter = 'open' | 'draft' | 'done' | 'tickets' | 'all';
export const FILTERS: readonly Filter[] = ['open', 'draft', 'done', 'tickets', 'all'];

const ZONE_MS = 8 * 3_600_000;

/** Start of this quarter in the county's zone, ms since 1970. */
export function quarterStart(now: number): number {
  const local = new Date(now + ZONE_MS);
  return Date.UTC(local.getUTCFullYear(), Math.floor(local.getUTCMonth() / 3) * 3, 1) - ZONE_MS;
}

export type Standing = 'open' | 'draft' | 'done';

/** Done = somebody visited it this quarter, or this phone did and the county has not heard of it yet. */
export function standing(hit: SiteHit, since: number): Standing {
  if (hit.state === 'draft') return 'draft';
  if (hit.state === 'done') return 'done';
  const seen = hit.site.last_visit?.observed_at;
  return seen !== undefined && Date.parse(seen) >= since ? 'done' : 'open';
}

export function fits(hit: SiteHit, filter: Filter, since: number): boolean {
  if (filter === 'all') return true;
  if (filter === 'tickets') return hit.open_tickets > 0;
  return standing(hit, since) === filter;
}
