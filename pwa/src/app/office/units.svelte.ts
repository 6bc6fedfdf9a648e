// Townships and departments to choose from; fetched once, they do not change while somebody works.
import type { ApiResult } from '@/api/client';
import type { Department, Page, UnitChoice } from '@/api/types';
import type { Division } from '@/core';
import { lang } from '@/i18n/area.svelte';
import { core } from '../shell/core.svelte';

let townships = $state.raw<readonly Division[]>([]);
let departments = $state.raw<readonly Department[]>([]);
let asked = false;

export const allTownships = (): readonly Division[] => townships;
export const allDepartments = (): readonly Department[] => departments;
export const departmentName = (one: Department): string => (lang() === 'zh' ? one.name_zh : one.name_en);

/** Call from a component's effect. */
export function useUnits(): void {
  if (asked) return;
  asked = true;
  void core()
    .api.get<Page<Division>>('/divisions', { kind: 'township', limit: 200 })
    .then((result) => {
      if (result.kind === 'ok') townships = result.data.items;
      else asked = false;
    });
  void core()
    .api.get<Page<Department>>('/departments', { limit: 200 })
    .then((result) => {
      if (result.kind === 'ok') departments = result.data.items;
    });
}

/** Units that a post can be given in, as far as this desk keeps accounts; the platform's administrator names the county. */
export async function unitsOf(kind: 'county' | 'department' | 'township' | 'village', within: { readonly county_id?: string; readonly parent_id?: string } = {}): Promise<readonly UnitChoice[]> {
  const found: UnitChoice[] = [];
  let cursor: string | null = null;
  do {
    const result: ApiResult<Page<UnitChoice>> = await core().api.get<Page<UnitChoice>>('/units', { kind, ...within, cursor, limit: 200 });
    if (result.kind !== 'ok') break;
    found.push(...result.data.items);
    cursor = result.data.next;
  } while (cursor !== null);
  return found;
}

export async function villagesOf(township_id: string): Promise<readonly Division[]> {
  const result = await core().api.get<Page<Division>>('/divisions', { kind: 'village', parent_id: township_id, limit: 200 });
  return result.kind === 'ok' ? result.data.items : [];
}
