// The scope of a campaign in words, with the names of kinds and townships as the county's register says them.
import type { Scope } from '@/api/campaigns';
import type { Division, SiteKind } from '@/core';
import { lang } from '@/i18n/area.svelte';
import { campaigns } from '@/i18n/campaigns';
import { siteKinds, townships } from '../paper/register';

export interface Names {
  readonly kinds: readonly SiteKind[];
  readonly townships: readonly Division[];
}

let kinds = $state.raw<readonly SiteKind[]>([]);
let divisions = $state.raw<readonly Division[]>([]);

/** Call while a component initialises; asked until it was answered once, they do not change while somebody looks. */
export function names(): () => Names {
  $effect(() => {
    if (kinds.length > 0) return;
    void siteKinds().then((answer) => {
      if (answer.kind === 'ok') kinds = answer.data;
    });
    void townships().then((answer) => {
      if (answer.kind === 'ok') divisions = answer.data;
    });
  });
  return () => ({ kinds, townships: divisions });
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
