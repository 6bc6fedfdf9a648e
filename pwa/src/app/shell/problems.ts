// Why something does not get on, in the words of the person who waits for it.
import type { SyncProblem } from '@/core';
import { lang } from '@/i18n/area.svelte';
import { common } from '@/i18n/common';
import { outbox } from '@/i18n/outbox';

export function problemWords(problem: SyncProblem): string {
  const words: Partial<Record<SyncProblem['kind'], string>> = outbox().problem;
  if (problem.kind === 'refused' && problem.words) return problem.words[lang()];
  return words[problem.kind] ?? common().problem.unexpected;
}
