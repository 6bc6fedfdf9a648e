// What a phone says of a photo before it is sent, and when a repair has to be looked at on site.
import { expect, test } from 'vitest';
import { asksForVisit, reused, standing } from '@/core/evidence';
import type { PhotoFlag } from '@/core';

const flag = (strength: PhotoFlag['strength'], more: Partial<PhotoFlag> = {}): PhotoFlag => ({
  id: strength, file_id: 'f', operation_id: 'o', ticket_id: 't', code: 'like_other', strength, zh: '', en: '', reason: {}, other: null, raised_at: '2026-11-28T00:00:00Z', overruled: null, ...more,
});
const OVERRULED = { person_name: null, at: '2026-11-28T00:00:00Z', reason: '同一面墙' };

type Shown = Parameters<typeof reused>[2][number];
const shown = (...hashes: (string | null)[]): Shown['before'] => hashes.map((sha256) => ({ sha256 })) as unknown as Shown['before'];
const ticket = (id: string, more: Partial<Shown> = {}): Shown => ({ id, number: `24-${id}`, site_id: `site ${id}`, state: 'in_progress', before: [], after: [], ...more });

test('the file from before is found among what was taken, others are not', () => {
  const taken = [{ sha256: 'a' }, { sha256: 'b' }];
  expect(reused(taken, ticket('1', { before: shown('b', null) }), [])).toEqual([{ photo: { sha256: 'b' }, ticket: null }]);
  expect(reused(taken, ticket('1', { before: shown(null) }), [])).toEqual([]);
  expect(reused([], ticket('1', { before: shown('b') }), [])).toEqual([]);
});

test('a photo of another ticket elsewhere is known before it is sent', () => {
  const [taken, mine] = [[{ sha256: 'a' }], ticket('1')];
  const before = ticket('2', { before: shown('a') });
  expect(reused(taken, mine, [mine, before])).toEqual([{ photo: { sha256: 'a' }, ticket: before }]);
  for (const state of ['submitted', 'closed'] as const) expect(reused(taken, mine, [ticket('2', { state, after: shown('a') })])).toHaveLength(1);
});

test('one wall with two tickets, and what nobody has put forward, is free', () => {
  const [taken, mine] = [[{ sha256: 'a' }], ticket('1', { site_id: 'wall' })];
  expect(reused(taken, mine, [ticket('2', { site_id: 'wall', before: shown('a'), after: shown('a'), state: 'closed' })])).toEqual([]);
  for (const state of ['in_progress', 'rework'] as const) expect(reused(taken, mine, [ticket('2', { state, after: shown('a') })])).toEqual([]);
  // Two tickets away from any site are two places.
  expect(reused(taken, ticket('1', { site_id: null }), [ticket('2', { site_id: null, before: shown('a') })])).toHaveLength(1);
});

test('the fault’s own photo is said before any other', () => {
  const mine = ticket('1', { before: shown('a') });
  expect(reused([{ sha256: 'a' }], mine, [ticket('2', { before: shown('a') })])[0]?.ticket).toBeNull();
});

test('strongest first, and what somebody overruled no longer counts', () => {
  expect(standing([flag('weak'), flag('strong'), flag('look', { overruled: OVERRULED })]).map((one) => one.strength)).toEqual(['strong', 'weak']);
});

test('a strong flag of the repair asks for a visit; of the fault, or overruled, it does not', () => {
  const after = [{ operation_id: 'o' }];
  expect(asksForVisit([flag('strong')], after)).toBe(true);
  expect(asksForVisit([flag('strong', { operation_id: 'before' })], after)).toBe(false);
  expect(asksForVisit([flag('strong', { overruled: OVERRULED })], after)).toBe(false);
  expect(asksForVisit([flag('look')], after)).toBe(false);
});
