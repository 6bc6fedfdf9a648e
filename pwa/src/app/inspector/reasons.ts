// Reasons are kept in Chinese, because the office and the townships read them; on an English screen the known ones are shown in English.
import { lang } from '@/i18n/area.svelte';
import { photo } from '@/i18n/photo';
import { field } from '@/i18n/field';

export interface Reason {
  readonly shown: string;
  readonly kept: string;
}

export const pairs = (shown: readonly string[], kept: readonly string[]): readonly Reason[] =>
  kept.map((text, i) => ({ kept: text, shown: shown[i] ?? text }));

export function reasonWords(kept: string): string {
  if (lang() === 'zh') return kept;
  const { visit, review } = field();
  const known = [
    ...pairs(visit.naReasons, visit.naReasonsKept),
    ...pairs(visit.unseenReasons, visit.unseenReasonsKept),
    ...pairs(visit.noPhotoReasons, visit.noPhotoReasonsKept),
    ...pairs(review.farReasons, review.farReasonsKept),
    ...pairs(review.reasons, review.reasonsKept),
    ...pairs(photo().albumReasons, photo().albumReasonsKept),
  ];
  return known.find((one) => one.kept === kept)?.shown ?? kept;
}
