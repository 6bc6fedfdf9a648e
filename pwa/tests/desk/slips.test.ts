// Slips: a link that opens the sign-in with everything filled in, village by village, four to a sheet.
import { describe, expect, it } from 'vitest';
import type { Slip } from '@/api/types';
import { inOrder, onSheets, slipLink } from '@/app/paper/slips';

const slip = (name: string, unit_name: string | null, township_name: string | null = '杏桥街道'): Slip => ({
  person_id: name, name, login: name, role: 'village_cadre', unit_name, township_name, code: 'ABCD-EFGH-JKMN', expires_at: '2026-12-01T00:00:00Z',
});

describe('a slip', () => {
  it('keeps its code behind the # and survives any login', () => {
    const url = new URL(slipLink('https://lalian.example', { login: '王+李@村', code: 'ABCD-EFGH-JKMN' }));
    expect([url.pathname, url.search]).toEqual(['/', '']);
    const [path, query] = url.hash.split('?');
    const said = new URLSearchParams(query);
    expect([path, said.get('login'), said.get('code'), said.get('other')]).toEqual(['#/signin', '王+李@村', 'ABCD-EFGH-JKMN', '1']);
  });

  it('lies beside those of the same village', () => {
    const mixed = [slip('丙', '二村'), slip('甲', '一村'), slip('丁', null, null), slip('乙', '二村')];
    const units = inOrder(mixed).map((one) => one.unit_name);
    expect(units.indexOf('二村') + 1).toBe(units.lastIndexOf('二村'));
    expect(mixed[0]?.name, 'what was given stays as it was').toBe('丙');
  });

  it('comes four to a sheet, the last one with what is left', () => {
    const many = Array.from({ length: 9 }, (_, nth) => slip(`${nth}`, '一村'));
    expect(onSheets(many).map((sheet) => sheet.length)).toEqual([4, 4, 1]);
    expect(onSheets([])).toEqual([]);
  });
});
