// Which screens a post opens. One lazy entry per role: the import below is the only way to its code.
import type { Component } from 'svelte';

export type Entry = 'inspector' | 'township' | 'office';

export const loadEntry: Record<Entry, () => Promise<{ default: Component }>> = {
  inspector: () => import('../inspector/entry'),
  township: () => import('../township/entry'),
  office: () => import('../office/entry'),
};
