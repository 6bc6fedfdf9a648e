// Honours by the place that holds them: a place with several still has one liaison.
import type { Honour, HonourLevel, Liaison } from '@/api/duties';

/** Highest first. */
export const LEVELS: readonly HonourLevel[] = ['national', 'provincial', 'city', 'county'];

export interface Held {
  readonly subject_kind: Honour['subject_kind'];
  readonly subject_id: string;
  readonly name: string;
  readonly honours: readonly Honour[];
  readonly liaison: Liaison | null;
  /** Nobody, or somebody whose post has ended: the place has no one to turn to. */
  readonly gap: 'none' | 'ended' | null;
}

const rank = (level: HonourLevel): number => LEVELS.indexOf(level);

export function bySubject(honours: readonly Honour[]): readonly Held[] {
  const places = new Map<string, Honour[]>();
  for (const honour of honours) {
    if (!honour.valid) continue;
    const key = `${honour.subject_kind}:${honour.subject_id}`;
    places.set(key, [...(places.get(key) ?? []), honour]);
  }
  const held = [...places.values()].map((list): Held => {
    const sorted = [...list].sort((a, b) => rank(a.level) - rank(b.level) || b.year - a.year);
    const [first] = sorted as [Honour, ...Honour[]];
    const liaison = list.find((one) => one.liaison && one.liaison.ended_at === null)?.liaison ?? null;
    return { subject_kind: first.subject_kind, subject_id: first.subject_id, name: first.subject_name, honours: sorted, liaison, gap: liaison === null ? 'none' : liaison.post_valid ? null : 'ended' };
  });
  // What lacks somebody first, then the higher honour.
  return held.sort((a, b) => Number(b.gap !== null) - Number(a.gap !== null) || rank(a.honours[0]?.level ?? 'county') - rank(b.honours[0]?.level ?? 'county') || a.name.localeCompare(b.name, 'zh'));
}
