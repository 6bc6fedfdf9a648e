// Whoever forgot a password finds the row that is theirs, whatever their post.
import { expect, test } from 'vitest';
import type { Role } from '../../src/core';
import { entry as en } from '../../src/i18n/en/entry';
import { entry as zh } from '../../src/i18n/zh/entry';

/** How each post is called in the table, and whether the county office helps it. */
const POSTS: Readonly<Record<Exclude<Role, 'platform_admin'>, readonly [zh: string, en: string, helper: RegExp]>> = {
  village_cadre: ['村（社区）干部', 'village', /乡镇|township/],
  desk_officer: ['乡镇', 'township', /县专班|county office/],
  deputy_leader: ['乡镇', 'township', /县专班|county office/],
  main_leader: ['乡镇', 'township', /县专班|county office/],
  department: ['县级部门', 'department', /县专班|county office/],
  inspector: ['检查人员', 'inspector', /县专班|county office/],
  county_leader: ['县领导', 'county leader', /县专班|county office/],
  office: ['县专班', 'county office', /平台管理员|administrator/],
};

test.each(Object.entries(POSTS))('%s', (_, [chinese, english, helper]) => {
  for (const [rows, name] of [[zh.forgotten.rows, chinese], [en.forgotten.rows, english]] as const) {
    const row = rows.find(([who = '']) => who.toLowerCase().includes(name));
    expect(row?.[1], `${name}: whom to ask`).toMatch(helper);
  }
});
