// The menu of the desk in groups: a new screen belongs to the group it was put into, and a fold never hides that something waits.
import { expect, test } from 'vitest';
import { grouped, waiting } from '../../src/app/office/menu';

const items = [
  { screen: 'home' },
  { screen: 'issue', begins: 'repairs', count: 2 },
  { screen: 'verify', count: 3 },
  { screen: 'tickets' },
  { screen: 'zero' },
  { screen: 'colours', begins: 'oversight' },
  { screen: 'visits' },
  { screen: 'library', begins: 'books' },
  { screen: 'people', begins: 'people' },
  { screen: 'audit', begins: 'system' },
  { screen: 'me' },
] as const;
const names = (shown: (item: { readonly screen: string }) => boolean) => grouped<(typeof items)[number] & { readonly begins?: 'repairs' | 'oversight' | 'books' | 'people' | 'system' }>(items, shown).map(({ group, items }) => [group, items.map(({ screen }) => screen)]);

test('all screens in their groups, in the order of the list', () => {
  expect(names(() => true)).toEqual([
    [null, ['home']],
    ['repairs', ['issue', 'verify', 'tickets', 'zero']],
    ['oversight', ['colours', 'visits']],
    ['books', ['library']],
    ['people', ['people']],
    ['system', ['audit', 'me']],
  ]);
});

test('a group stays one when the item that begins it is not shown, and an empty group is left out', () => {
  expect(names(({ screen }) => screen !== 'issue')[1]).toEqual(['repairs', ['verify', 'tickets', 'zero']]);
  expect(names(({ screen }) => screen !== 'library').map(([group]) => group)).not.toContain('books');
});

test('few screens stand without groups, none make no menu', () => {
  expect(names(({ screen }) => ['home', 'zero', 'me'].includes(screen))).toEqual([[null, ['home', 'zero', 'me']]]);
  expect(names(() => false)).toEqual([]);
});

test('a fold says how much waits inside', () => {
  expect(waiting([{ count: 2 }, { count: undefined }, {}, { count: 3 }])).toBe(5);
});
