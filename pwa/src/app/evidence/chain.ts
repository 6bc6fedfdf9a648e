// The way of a photo from the shutter to the receipt, as steps with the time between them; and spans of time as people say them.
import type { PhotoPage } from '@/api/evidence';
import { evidence } from '@/i18n/evidence';

export type StepKind = 'taken' | 'sealed' | 'sent' | 'stored' | 'receipt' | 'reread';

export interface ChainStep {
  readonly kind: StepKind;
  readonly at: string | null;
  readonly state: 'done' | 'waiting' | 'broken';
  /** Since the step before it that has a time; null where it came no later. */
  readonly gap_ms: number | null;
}

const MINUTE = 60_000;

/** Steps in the order of custody; times by the county's belief, the phone's own only where there is no better. */
export function chain(page: Pick<PhotoPage, 'clocks' | 'photo' | 'observed_at' | 'accepted_at' | 'stored_at' | 'completed_at' | 'checked_at' | 'broken_at'>): readonly ChainStep[] {
  const times: readonly (readonly [StepKind, string | null])[] = [
    ['taken', page.clocks.server_at ?? page.photo.taken_at],
    ['sealed', page.observed_at],
    ['sent', page.accepted_at],
    ['stored', page.stored_at],
    ['receipt', page.completed_at],
    ['reread', page.broken_at ?? page.checked_at],
  ];
  let before: number | null = null;
  return times.map(([kind, at]) => {
    const now = at === null ? null : Date.parse(at);
    const gap = now !== null && before !== null && now - before >= MINUTE ? now - before : null;
    before = now ?? before;
    const broken = kind === 'reread' && page.broken_at !== null;
    return { kind, at, state: broken ? 'broken' : at === null ? 'waiting' : 'done', gap_ms: gap };
  });
}

/** A span of time in one unit: 40 秒, 12 分钟, 5 小时, 3 天. */
export function spoken(ms: number): string {
  const t = evidence().length;
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 60) return t.seconds(seconds);
  if (seconds < 2 * 3600) return t.minutes(Math.round(seconds / 60));
  if (seconds < 48 * 3600) return t.hours(Math.round(seconds / 3600));
  return t.days(Math.round(seconds / 86_400));
}

/** What the two clocks make of each other; under a minute they agree. */
export function difference(ahead_ms: number): string {
  const t = evidence().clocks;
  if (Math.abs(ahead_ms) < MINUTE) return t.same;
  return ahead_ms > 0 ? t.ahead(spoken(ahead_ms)) : t.behind(spoken(ahead_ms));
}

/** The stretch from shutter to sealing, by the clock that nobody can set and held against the phone's own. */
export function stretch({ steady_ms, own_ms }: PhotoPage['clocks']): string {
  const t = evidence().clocks;
  if (steady_ms === null) return own_ms === null ? t.noSteady : `${t.noSteady} · ${t.phone} ${spoken(own_ms)}`;
  const steady = t.steadyMs(spoken(steady_ms));
  if (own_ms === null) return steady;
  return `${steady} · ${Math.abs(steady_ms - own_ms) < MINUTE ? t.agree : t.differ(spoken(own_ms))}`;
}
