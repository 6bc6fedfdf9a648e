// The clause that an item code names, from the checklists on this device: item codes are stable across versions, so the list in force will do.
import type { ChecklistItem } from '@/core';
import { core } from '../shell/core.svelte';

const found = new Map<string, ChecklistItem | null>();

/** Looks the item up among all lists on this device; null when none has it (yet). */
export async function findItem(code: string | null): Promise<ChecklistItem | null> {
  if (code === null || code === '') return null;
  const known = found.get(code);
  if (known) return known;
  for (const kind of await core().checklists.kinds()) {
    const list = await core().checklists.forKind(kind.key);
    for (const item of list?.body.items ?? []) found.set(item.code, item);
  }
  return found.get(code) ?? null;
}
