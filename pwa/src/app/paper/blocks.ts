// A blank checklist cut into blocks that stay whole, and the blocks dealt out to pages. Heights come from the screen; the rest is counting.
import type { Checklist, ChecklistGroup, ChecklistItem } from '@/core';
import { isRepeat, stretches, type RepeatGroup } from '@/core/groups';

export type Block =
  | { readonly kind: 'heading'; readonly key: string; readonly group: ChecklistGroup }
  | { readonly kind: 'item'; readonly key: string; readonly item: ChecklistItem }
  /** Items as rows, stalls as columns: what is written into a cell is the number of the answer. */
  | { readonly kind: 'table'; readonly key: string; readonly group: RepeatGroup; readonly items: readonly ChecklistItem[] }
  | { readonly kind: 'remarks'; readonly key: string }
  | { readonly kind: 'signature'; readonly key: string };

/** Rows of one table: a longer one is cut, each part with its own heading. */
const TABLE_ROWS = 8;

export function blocksOf(body: Checklist['body']): readonly Block[] {
  const blocks: Block[] = [];
  for (const { key, group, items } of stretches(body)) {
    if (group && isRepeat(group)) {
      for (let at = 0; at < items.length; at += TABLE_ROWS) blocks.push({ kind: 'table', key: `${key}-${at}`, group, items: items.slice(at, at + TABLE_ROWS) });
      continue;
    }
    if (group) blocks.push({ kind: 'heading', key, group });
    blocks.push(...items.map((item): Block => ({ kind: 'item', key: item.code, item })));
  }
  return [...blocks, { kind: 'remarks', key: 'remarks' }, { kind: 'signature', key: 'signature' }];
}

/** A heading must not be the last thing on a page, and signatures must not stand alone on the next. */
const staysWithNext = (block: Block | undefined): boolean => block?.kind === 'heading' || block?.kind === 'remarks';

/**
 * Which blocks lie on which page, by index. `first` and `next` are the room of the first page and of those after it, in the unit of `heights`.
 * A block taller than a page gets one of its own.
 */
export function deal(blocks: readonly Block[], heights: readonly number[], first: number, next: number): readonly (readonly number[])[] {
  const pages: number[][] = [[]];
  let room = first;
  for (const [i, height] of heights.entries()) {
    const page = pages.at(-1) ?? [];
    const together = staysWithNext(blocks[i]) ? height + (heights[i + 1] ?? 0) : height;
    if (together > room && page.length > 0) {
      pages.push([i]);
      room = next - height;
    } else {
      page.push(i);
      room -= height;
    }
  }
  return pages;
}

/** Letters of the options of a choice, the same on the sheet and at the keyboard. */
export const letter = (index: number): string => String.fromCharCode(65 + index);

/** Each once, in order. */
export const each = (names: readonly string[]): readonly string[] => [...new Set(names)];

export const codesOf = (items: readonly ChecklistItem[]): ReadonlySet<string> => new Set(items.map((item) => item.code));
