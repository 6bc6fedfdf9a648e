// The doors to the working set: what the county knows and this phone carries. Empty answers while nobody is signed in.
import type { Core } from '../index';
import type { Present } from './scope';

export type ReadingDoors = Pick<Core, 'sites' | 'checklists' | 'divisions' | 'tickets' | 'rounds' | 'inspections' | 'settings'>;

export function readingDoors(present: Present): ReadingDoors {
  return {
    sites: {
      search: (query) => present.in((scope) => scope.working.sites(query), []),
      get: (id) => present.in((scope) => scope.working.get('sites', id), null),
      byCode: (code) => present.in((scope) => scope.working.siteByCode(code), null),
      count: () => present.in((scope) => scope.working.siteCount(), { open: 0, draft: 0, done: 0 }),
    },
    checklists: {
      forKind: (kind) => present.in((scope) => scope.working.checklistFor(kind), null),
      get: (id) => present.in((scope) => scope.working.get('checklists', id), null),
      kinds: () => present.in((scope) => scope.working.all('site-kinds'), []),
    },
    divisions: {
      all: () => present.in((scope) => scope.working.all('divisions'), []),
      get: (id) => present.in((scope) => scope.working.get('divisions', id), null),
    },
    tickets: {
      search: (query) => present.in((scope) => scope.working.tickets(query), []),
      get: (id) => present.in((scope) => scope.working.get('tickets', id), null),
    },
    settings: () => present.in(async (scope) => (await scope.working.all('settings'))[0]?.settings ?? null, null),
    rounds: { all: () => present.in((scope) => scope.working.all('rounds'), []) },
    inspections: {
      list: (site_id) => present.in((scope) => scope.working.inspections(site_id), []),
      get: (id) => present.in((scope) => scope.working.get('inspections', id), null),
    },
  };
}
