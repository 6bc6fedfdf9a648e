// What the county's register says, asked online: paper is prepared and entered at a desk.
import type { Page } from '@/api/types';
import type { Checklist, Division, Site, SiteKind } from '@/core';
import { core } from '../shell/core.svelte';
import type { ApiResult, Query } from '@/api/client';

/** Every row of a list that is paged; the first trouble ends it. */
export async function everyRow<Row>(path: string, query: Query = {}): Promise<ApiResult<readonly Row[]>> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page: ApiResult<Page<Row>> = await core().api.get<Page<Row>>(path, { ...query, limit: 200, cursor });
    if (page.kind !== 'ok') return page;
    rows.push(...page.data.items);
    cursor = page.data.next ?? null;
    if (cursor === null) return { kind: 'ok', data: rows, status: 200 };
  }
}

export const townships = (): Promise<ApiResult<readonly Division[]>> => everyRow<Division>('/divisions', { kind: 'township' });
export const siteKinds = (): Promise<ApiResult<readonly SiteKind[]>> => everyRow<SiteKind>('/site-kinds');
export const sitesOf = (township_id: string): Promise<ApiResult<readonly Site[]>> => everyRow<Site>('/sites', { township_id, status: 'active' });
export const siteById = (id: string): Promise<ApiResult<Site>> => core().api.get<Site>(`/sites/${encodeURIComponent(id)}`);
export const sitesLike = (q: string): Promise<ApiResult<Page<Site>>> => core().api.get<Page<Site>>('/sites', { q, status: 'active', limit: 20 });

/** The version that new visits of this kind use; null when the library has none. */
export async function checklistInForce(site_kind: string): Promise<ApiResult<Checklist | null>> {
  const page = await core().api.get<Page<Checklist>>('/checklists', { site_kind, status: 'active', limit: 1 });
  return page.kind === 'ok' ? { ...page, data: page.data.items[0] ?? null } : page;
}
