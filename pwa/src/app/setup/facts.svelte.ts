// What the guided page knows of the county: the files that were handed in, and the people. The office may also read the register itself; for an
// administrator of the platform the files have to tell.
import type { ApiResult } from '@/api/client';
import type { ImportSheet, ImportView, Page } from '@/api/imports';
import type { PersonRow } from '@/api/types';
import { core, session } from '../shell/core.svelte';
import { factsOf, type Facts, type Seen } from './ready';

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

/** As much of a list as one question tells; nothing where it cannot be read, so that the files tell. */
async function count(path: string): Promise<Seen | undefined> {
  const answer = await core().api.get<Page<unknown>>(path, { limit: PAGE });
  return answer.kind === 'ok' ? { rows: answer.data.items.length, more: answer.data.next !== null } : undefined;
}

export const mayReadPlaces = (): boolean => {
  const who = session();
  return who.kind === 'signed_in' && who.post?.role === 'office';
};

async function register(): Promise<Partial<Record<ImportSheet, Seen>>> {
  if (!mayReadPlaces()) return {};
  const outlines = core()
    .api.get<{ readonly features: readonly unknown[] }>('/divisions/outlines')
    .then((answer) => (answer.kind === 'ok' ? { rows: answer.data.features.length, more: false } : undefined));
  const [divisions, sites, checklists, drawn] = await Promise.all([count('/divisions'), count('/sites'), count('/checklists'), outlines]);
  return { ...(divisions && { divisions }), ...(sites && { sites }), ...(checklists && { checklists }), ...(drawn && { outlines: drawn }) };
}

export async function readCounty(): Promise<ApiResult<County>> {
  const [imports, people, seen] = await Promise.all([all<ImportView>('/imports'), all<PersonRow>('/people'), register()]);
  if (imports.kind !== 'ok') return imports;
  if (people.kind !== 'ok') return people;
  return { kind: 'ok', status: 200, data: { imports: imports.data, people: people.data, facts: factsOf(imports.data, people.data, Date.now(), seen) } };
}
