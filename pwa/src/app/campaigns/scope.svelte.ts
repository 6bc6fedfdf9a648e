// The scope of a campaign in words, with the names of kinds and townships as this device knows them.
import type { Scope } from '@/api/campaigns';
import type { Division, SiteKind } from '@/core';
import { lang } from '@/i18n/area.svelte';
import { campaigns } from '@/i18n/campaigns';
import { core, live } from '../shell/core.svelte';

export interface Names {
  readonly kinds: readonly SiteKind[];
  readonly townships: readonly Division[];
}

/** Call while a component initialises. */
export function names(): () => Names {
  const kinds = live<readonly SiteKind[]>(['site-kinds'], () => core().checklists.kinds());
  const divisions = live<readonly Division[]>(['divisions'], () => core().divisions.all());
  return () => {
    const [a, b] = [kinds(), divisions()];
    return { kinds: a.kind === 'ready' ? a.value : [], townships: b.kind === 'ready' ? b.value.filter((one) => one.kind === 'township') : [] };
  };
}

export const kindName = (kind: SiteKind): string => (lang() === 'zh' ? kind.name_zh : kind.name_en);

const MANY = 3;
const join = (all: readonly string[]): string => all.join(lang() === 'zh' ? '、' : ', ');
const few = (all: readonly string[]): string => (all.length > MANY ? campaigns().scope.more(join(all.slice(0, MANY)), all.length) : join(all));

export function scopeWords(scope: Scope, known: Names): string {
  const t = campaigns().scope;
  const kinds = scope.site_kinds.map((key) => known.kinds.find((one) => one.key === key)).map((kind, i) => (kind ? kindName(kind) : (scope.site_kinds[i] ?? '')));
  const townships = scope.township_ids.map((id) => known.townships.find((one) => one.id === id)?.name ?? '').filter(Boolean);
  const parts = [scope.honour_level ? t.honourOf(t.honour[scope.honour_level]) : '', few(kinds), few(townships)].filter(Boolean);
  return parts.length === 0 ? t.all : parts.join(' · ');
}
