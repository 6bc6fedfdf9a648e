// What a phone says of a photo before it is sent, and when a repair has to be looked at on site.
import { expect, test } from 'vitest';
import { asksForVisit, reused, standing } from '@/core/evidence';
import type { PhotoFlag } from '@/core';

const flag = (strength: PhotoFlag['strength'], more: Partial<PhotoFlag> = {}): PhotoFlag => ({
  id: strength, file_id: 'f', operation_id: 'o', ticket_id: 't', code: 'like_other', strength, zh: '', en: '', reason: {}, other: null, raised_at: '2026-11-28T00:00:00Z', overruled: null, ...more,
});
const OVERRULED = { person_name: null, at: '2026-11-28T00:00:00Z', reason: '同一面墙' };

test('the file from before is found among what was taken, others are not', () => {
  const taken = [{ sha256: 'a' }, { sha256: 'b' }];
  expect(reused(taken, [{ sha256: 'b' }, { sha256: null }])).toEqual([{ sha256: 'b' }]);
  expect(reused(taken, [{}])).toEqual([]);
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
