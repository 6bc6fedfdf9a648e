// The screens of the desk in groups: an item that begins a group takes all that follow along, so a new screen belongs to where it was put.

export type Group = 'repairs' | 'oversight' | 'books' | 'people' | 'system';

/** With fewer screens than this nothing is gained by folding. */
const FEW = 9;

export interface Grouped<Item> {
  /** Null: stands by itself. */
  readonly group: Group | null;
  readonly items: readonly Item[];
}

/** In the order of the list. A group of which nothing is shown is left out. */
export function grouped<Item extends { readonly begins?: Group }>(items: readonly Item[], shown: (item: Item) => boolean): readonly Grouped<Item>[] {
  const visible = items.filter(shown);
  if (visible.length <= FEW) return visible.length === 0 ? [] : [{ group: null, items: visible }];
  const made: { group: Group | null; items: Item[] }[] = [];
  let group: Group | null = null;
  for (const item of items) {
    group = item.begins ?? group;
    if (!shown(item)) continue;
    const last = made.at(-1);
    if (last && last.group === group) last.items.push(item);
    else made.push({ group, items: [item] });
  }
  return made;
}

/** What a folded group would hide. */
export const waiting = (items: readonly { readonly count?: number | undefined }[]): number => items.reduce((sum, item) => sum + (item.count ?? 0), 0);
