// What the guided page knows of the county: the files that were handed in, and the people. Both are what an administrator may read; places are not.
import type { ApiResult } from '@/api/client';
import type { ImportView, Page } from '@/api/imports';
import type { PersonRow } from '@/api/types';
import { core } from '../shell/core.svelte';
import { factsOf, type Facts } from './ready';

export interface County {
  readonly imports: readonly ImportView[];
  readonly people: readonly PersonRow[];
  readonly facts: Facts;
}

const PAGE = 200;
/** Enough for every county of the country; a list that is longer is not read to its end. */
const MOST_PAGES = 20;

async function all<Row>(path: string): Promise<ApiResult<readonly Row[]>> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (let turn = 0; turn < MOST_PAGES; turn += 1) {
    const answer: ApiResult<Page<Row>> = await core().api.get<Page<Row>>(path, { limit: PAGE, cursor });
    if (answer.kind !== 'ok') return answer;
    rows.push(...answer.data.items);
    cursor = answer.data.next;
    if (cursor === null) break;
  }
  return { kind: 'ok', status: 200, data: rows };
}

export async function readCounty(): Promise<ApiResult<County>> {
  const [imports, people] = await Promise.all([all<ImportView>('/imports'), all<PersonRow>('/people')]);
  if (imports.kind !== 'ok') return imports;
  if (people.kind !== 'ok') return people;
  return { kind: 'ok', status: 200, data: { imports: imports.data, people: people.data, facts: factsOf(imports.data, people.data, Date.now()) } };
}
