import type { sites as zh } from '../zh/sites';

export const sites: typeof zh = {
  title: 'Sites',
  search: 'Find a site',
  searchHint: 'Name, code or first letters of the pinyin',
  kind: 'Kind',
  township: 'Township',
  status: 'Status',
  any: 'Any',
  active: 'Active',
  retired: 'Retired',
  last: (when: string) => `last visit ${when}`,
  never: 'never visited',
  given: (datum, lon, lat) => `given as ${datum} ${lon}, ${lat} → converted`,
  open: (n: number) => (n === 1 ? '1 open ticket' : `${n} open tickets`),
  none: 'No sites yet',
  noneText: 'The county office imports them from a table; phones get them by themselves.',
  noneFound: 'No site fits',
  noneFoundText: 'Leave out a filter, or try another name.',
  clear: 'Clear filters',
};
