// A rule as the office sets it: what it weighs and from where on it speaks. Both live in the county's settings; a change is one version of them.
import type { RuleTally } from '@/api/evidence';
import type { CountySettings } from '@/api/types';
import type { PhotoFlag } from '@/core';

type Evidence = CountySettings['evidence'];
export type Threshold = Exclude<keyof Evidence, 'strengths'>;
export type Weight = PhotoFlag['strength'];

/** The number that each rule goes by; the others go by none. */
const THRESHOLDS: Readonly<Record<string, Threshold>> = {
  like_before: 'same_bits',
  like_other: 'same_bits',
  resembles_before: 'look_bits',
  resembles_other: 'look_bits',
  many_tickets: 'look_bits',
  taken_elsewhere: 'near_m',
  taken_before: 'clock_minutes',
  old_picture: 'old_hours',
  coarse_position: 'coarse_m',
  impossible_speed: 'speed_kmh',
  clock_off: 'clock_minutes',
  exif_time_differs: 'clock_minutes',
};
export const thresholdOf = (code: string): Threshold | null => THRESHOLDS[code] ?? null;

/** Strongest first. */
export const WEIGHTS: readonly Weight[] = ['strong', 'look', 'weak', 'off'];
const ORDER: Readonly<Record<Weight, number>> = { off: 0, weak: 1, look: 2, strong: 3 };
/** Those that this rule may have: a missing position alone never asks for a visit. */
export const weightsOf = (rule: RuleTally): readonly Weight[] => WEIGHTS.filter((weight) => ORDER[weight] <= ORDER[rule.strongest]);

/** From this many words on a share means something, and from this share on the rule is a nuisance. */
const ENOUGH = 5;
const OFTEN = 0.5;
export const criesWolf = (rule: RuleTally): boolean => rule.raised >= ENOUGH && rule.overruled / rule.raised >= OFTEN;

/** The settings with one rule changed; null when nothing is different. A threshold that is no number goes out as one that the server names. */
export function withRule(settings: CountySettings, rule: RuleTally, weight: Weight, threshold: string): CountySettings | null {
  const field = thresholdOf(rule.code);
  const number = threshold.trim() === '' || !Number.isFinite(Number(threshold)) ? -1 : Number(threshold);
  const { [rule.code]: _seen, ...others } = settings.evidence.strengths;
  const strengths = weight === rule.usual ? others : { ...others, [rule.code]: weight };
  const evidence: Evidence = { ...settings.evidence, strengths, ...(field === null ? {} : { [field]: number }) };
  const same = weight === rule.strength && (field === null || settings.evidence[field] === number);
  return same ? null : { ...settings, evidence };
}
