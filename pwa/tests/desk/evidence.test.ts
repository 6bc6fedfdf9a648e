// The way of a photo as steps, spans in words, and a rule changed in the settings.
import { expect, test } from 'vitest';
import type { RuleTally } from '../../src/api/evidence';
import type { CountySettings } from '../../src/api/types';
import { chain, difference, spoken, stretch } from '../../src/app/evidence/chain';
import { hintsAddress, hintsQuery, readHints } from '../../src/app/evidence/hints';
import { criesWolf, thresholdOf, weightsOf, withRule } from '../../src/app/evidence/rules';

const CLOCKS = { phone_at: '2026-11-02T03:00:00Z', server_at: '2026-11-02T02:00:00Z', way: 'steady', ahead_ms: 3_600_000, steady_ms: 300_000, own_ms: 300_000 } as const;
type Way = Parameters<typeof chain>[0];
const PAGE = {
  clocks: CLOCKS, photo: { taken_at: '2026-11-02T03:00:00Z' } as Way['photo'], observed_at: '2026-11-02T02:05:00Z', accepted_at: '2026-11-02T05:05:00Z', stored_at: '2026-11-02T05:05:20Z', completed_at: '2026-11-02T05:05:21Z',
  checked_at: null, broken_at: null,
} satisfies Way;

test('steps follow each other by the county’s time, with the time between them', () => {
  const steps = chain(PAGE);
  expect(steps.map((step) => step.kind)).toEqual(['taken', 'sealed', 'sent', 'stored', 'receipt', 'reread']);
  expect(steps.map((step) => step.gap_ms)).toEqual([null, 300_000, 10_800_000, null, null, null]);
  expect(steps[0]?.at).toBe(CLOCKS.server_at);
  expect(steps.at(-1)).toMatchObject({ state: 'waiting', at: null });
});

test('what is missing waits, and broken bytes are said', () => {
  const waiting = chain({ ...PAGE, stored_at: null, completed_at: null });
  expect(waiting.map((step) => step.state)).toEqual(['done', 'done', 'done', 'waiting', 'waiting', 'waiting']);
  expect(chain({ ...PAGE, checked_at: '2026-11-03T00:00:00Z', broken_at: '2026-11-04T00:00:00Z' }).at(-1)).toMatchObject({ state: 'broken', at: '2026-11-04T00:00:00Z' });
  expect(chain({ ...PAGE, clocks: { ...CLOCKS, server_at: null }, photo: { taken_at: null } as Way['photo'] })[0]).toMatchObject({ state: 'waiting', gap_ms: null });
});

test('spans and clocks in words', () => {
  expect([spoken(40_000), spoken(-12 * 60_000), spoken(5 * 3_600_000), spoken(72 * 3_600_000)]).toEqual(['40 秒', '12 分钟', '5 小时', '3 天']);
  expect(difference(30_000)).toContain('一致');
  expect(difference(3_600_000)).toContain('快了');
  expect(difference(-3_600_000)).toContain('慢了');
  expect(stretch(CLOCKS)).toContain('一样');
  expect(stretch({ ...CLOCKS, own_ms: 4_000_000 })).toContain('可能改过');
  expect(stretch({ ...CLOCKS, steady_ms: null })).toContain('没有不能改的计时');
});

const RULE: RuleTally = { code: 'like_other', zh: '', en: '', strength: 'strong', usual: 'strong', strongest: 'strong', stops: false, raised: 10, overruled: 5 };
const SETTINGS = { evidence: { same_bits: 31, look_bits: 64, near_m: 100, coarse_m: 100, old_hours: 72, speed_kmh: 200, clock_minutes: 30, strengths: { screenshot: 'weak' } } } as unknown as CountySettings;

test('a rule that half of the time means nothing cries wolf, if it spoke often enough', () => {
  expect(criesWolf(RULE)).toBe(true);
  expect(criesWolf({ ...RULE, overruled: 4 })).toBe(false);
  expect(criesWolf({ ...RULE, raised: 4, overruled: 4 })).toBe(false);
});

test('a changed rule changes nothing else, and going back to the usual leaves no trace', () => {
  const lighter = withRule(SETTINGS, RULE, 'look', '31');
  expect(lighter?.evidence.strengths).toEqual({ screenshot: 'weak', like_other: 'look' });
  expect(lighter?.evidence.near_m).toBe(100);
  expect(lighter && withRule(lighter, { ...RULE, strength: 'look' }, 'strong', '31')?.evidence.strengths).toEqual({ screenshot: 'weak' });
  expect(withRule(SETTINGS, RULE, 'strong', '20')?.evidence.same_bits).toBe(20);
  expect(withRule(SETTINGS, RULE, 'strong', '31')).toBeNull();
  expect(withRule(SETTINGS, RULE, 'strong', 'viel')?.evidence.same_bits).toBe(-1);
  expect(thresholdOf('screenshot')).toBeNull();
  expect(weightsOf({ ...RULE, strongest: 'look' })).toEqual(['look', 'weak', 'off']);
});

test('a narrowed list has an address of its own', () => {
  const asked = readHints('view=decided&code=like_other&nonsense=1');
  expect(asked).toEqual({ view: 'decided', filters: { code: 'like_other' } });
  expect(hintsAddress(asked.view, asked.filters)).toBe('/flags?view=decided&code=like_other');
  expect(hintsAddress('open', { code: '' })).toBe('/flags');
  expect(hintsQuery('open', { strength: 'strong' }, null)).toMatchObject({ strength: 'strong', overruled: false, cursor: null });
});
