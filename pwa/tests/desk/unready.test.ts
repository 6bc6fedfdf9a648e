// The board of units that cannot begin: by township, folded and narrowed, never put in an order of merit.
import { expect, test } from 'vitest';
import type { UnreadyUnit } from '@/api/duties';
import { byTownship, counted, narrowed } from '@/app/office/unready';

const unit = (unit_kind: string, unit_id: string, township: string | null, kind: 'no_holder' | 'no_pair' | 'no_password'): UnreadyUnit => ({
  unit_kind, unit_id, unit_name: unit_id, township_id: township, township_name: township, lacking: [{ kind, role: null }],
});
const UNITS = [
  unit('village', '东村', '东镇', 'no_holder'), unit('village', '河村', '东镇', 'no_password'),
  unit('township', '西镇', '西镇', 'no_pair'), unit('village', '西村', '西镇', 'no_holder'), unit('department', '住建', null, 'no_password'),
];

test('villages lie under their township, and a township that only its villages hold back is there too', () => {
  expect(byTownship(UNITS).map(({ name, own, villages }) => [name, own?.unit_id ?? null, villages.map(({ unit_id }) => unit_id)])).toEqual([
    ['东镇', null, ['东村', '河村']],
    ['西镇', '西镇', ['西村']],
  ]);
});

test('the board is narrowed by what is missing and by a name, of the unit or of its township', () => {
  const names = (kind: 'no_holder' | 'no_password' | null, words: string): readonly string[] => narrowed(UNITS, kind, words).map(({ unit_id }) => unit_id);
  expect(names(null, '')).toHaveLength(5);
  expect(names('no_holder', '')).toEqual(['东村', '西村']);
  expect(names('no_holder', ' 西 ')).toEqual(['西村']);
  expect(names(null, '东镇')).toEqual(['东村', '河村']);
});

test('counts are of units', () => {
  expect([...counted(UNITS)]).toEqual([['village', 3], ['township', 1], ['department', 1]]);
});
