// The clause that an item code names, from the checklists on this device, or the county's where a desk carries none: item codes are stable across
// versions, so the list in force will do.
import type { Checklist, ChecklistItem } from '@/core';
import { everyRow } from '../paper/register';
import { core } from '../shell/core.svelte';

const found = new Map<string, ChecklistItem>();
/** One question for all rules of a session; asked again only after it failed. */
let asked: Promise<void> | null = null;

async function fromCounty(): Promise<void> {
  const lists = await everyRow<Checklist>('/checklists', { status: 'active' });
  if (lists.kind !== 'ok') {
    asked = null;
    return;
  }
  for (const list of lists.data) for (const item of list.body.items) found.set(item.code, item);
}

/** Looks the item up; null when nothing has it (yet). */
export async function findItem(code: string | null): Promise<ChecklistItem | null> {
  if (code === null || code === '') return null;
  const known = found.get(code);
  if (known) return known;
  const kinds = await core().checklists.kinds();
  for (const kind of kinds) {
    const list = await core().checklists.forKind(kind.key);
    for (const item of list?.body.items ?? []) found.set(item.code, item);
  }
  if (kinds.length === 0) await (asked ??= fromCounty());
  return found.get(code) ?? null;
}
