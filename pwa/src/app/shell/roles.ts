// Which screens a post opens. One lazy entry per role: the import below is the only way to its code.
import type { Component } from 'svelte';
import type { Role } from '@/core';

export type Entry = 'inspector' | 'township' | 'office';

export const loadEntry: Record<Entry, () => Promise<{ default: Component }>> = {
  inspector: () => import('../inspector/entry'),
  township: () => import('../township/entry'),
  office: () => import('../office/entry'),
};

const ENTRY: Record<Role, Entry> = {
  inspector: 'inspector',
  main_leader: 'township',
  deputy_leader: 'township',
  desk_officer: 'township',
  village_cadre: 'township',
  platform_admin: 'office',
  office: 'office',
  department: 'office',
  county_leader: 'office',
};

export const entryOf = (role: Role): Entry => ENTRY[role];
