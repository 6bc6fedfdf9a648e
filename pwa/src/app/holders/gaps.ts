// Gaps by the township that they lie in, those with most to do first.
import type { Gap } from '@/api/duties';

export type GapKind = Gap['kind'];
export const GAP_KINDS: readonly GapKind[] = ['no_holder', 'ending', 'no_liaison', 'liaison_ended', 'no_leader'];

export interface GapGroup {
  /** Null: units of the county itself. */
  readonly township_id: string | null;
  readonly name: string | null;
  readonly gaps: readonly Gap[];
}

export function groupGaps(gaps: readonly Gap[], kind: GapKind | null): readonly GapGroup[] {
  const groups = new Map<string | null, { name: string | null; gaps: Gap[] }>();
  for (const gap of gaps) {
    if (kind !== null && gap.kind !== kind) continue;
    const group = groups.get(gap.township_id) ?? { name: gap.township_name, gaps: [] };
    group.gaps.push(gap);
    groups.set(gap.township_id, group);
  }
  return [...groups.entries()]
    .map(([township_id, group]) => ({ township_id, ...group }))
    .sort((a, b) => b.gaps.length - a.gaps.length || (a.name ?? '').localeCompare(b.name ?? '', 'zh'));
}

export const gapCounts = (gaps: readonly Gap[]): Readonly<Record<GapKind, number>> => {
  const counts = { no_holder: 0, ending: 0, no_liaison: 0, liaison_ended: 0, no_leader: 0 };
  for (const gap of gaps) counts[gap.kind] += 1;
  return counts;
};
