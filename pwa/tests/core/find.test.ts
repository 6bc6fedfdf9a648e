// What somebody types on a phone finds the place: name, code, first sounds, whatever the width and case.
import { expect, test } from 'vitest';
import { finder, fold } from '@/core/find';

const market = ['云坪镇农贸市场', 'MKT-01', 'ypznmsc', null] as const;

test('name, code and first sounds find it', () => {
  for (const asked of ['', '农贸', 'mkt-0', 'MKT', 'ypz', 'NMSC', 'ｎｍ', ' 云 坪']) expect([asked, finder(asked)(market)]).toEqual([asked, true]);
  for (const asked of ['公厕', 'mkt-02', 'gc', '01ypz']) expect([asked, finder(asked)(market)]).toEqual([asked, false]);
});

test('a name of two spellings is found by both', () => {
  const road = ['重庆路', 'R1', 'zql cql'];
  expect(finder('cql')(road)).toBe(true);
  expect(finder('zql')(road)).toBe(true);
});

test('rows of an older server are found by name and code', () => {
  expect(finder('R1')(['路', 'R1', undefined])).toBe(true);
  expect(finder('l')(['路', 'R1', undefined])).toBe(false);
});

test('folding is the server’s', () => {
  expect(fold('ＢＵＳ－０１ 云坪　镇')).toBe('bus-01云坪镇');
});
