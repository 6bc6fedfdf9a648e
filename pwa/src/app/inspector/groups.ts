// What a stretch of the checklist is called and how far it is, for its own heading and for the bar that leads to it.
import { isRepeat, type Stretch } from '@/core/groups';
import { lang } from '@/i18n/area.svelte';
import { field } from '@/i18n/field';
import type { Visit } from './visit.svelte';

export function groupName({ group, from, items }: Stretch): string {
  if (!group) return field().visit.group(from, from + items.length - 1);
  return lang() === 'zh' ? group.zh : group.en;
}

/** What one of its instances is called: 摊位 3, Stall 3. */
export function instanceLabel({ group }: Stretch, instance: string): string {
  if (!isRepeat(group)) return instance;
  const label = lang() === 'zh' ? group.repeat.label_zh : group.repeat.label_en;
  return /^\d+$/.test(instance) ? `${label} ${instance}` : instance;
}

export interface GroupState {
  readonly kind: 'open' | 'done' | 'absent';
  readonly all: number;
  readonly answered: number;
  readonly failed: number;
}

export function groupState(visit: Visit, stretch: Stretch): GroupState {
  const views = visit.asksOf(stretch).map((ask) => visit.viewOf(ask));
  const answered = views.filter((view) => view?.answer).length;
  const open = views.some((view) => view !== null && view.required && view.answer === null);
  const failed = views.filter((view) => view?.answer?.result === 'fail').length;
  const kind = open ? 'open' : visit.absenceOf(stretch) ? 'absent' : 'done';
  return { kind, all: views.length, answered, failed };
}
