// Blank sheets: what stays together, what fits on a page; and the code that a scanner types.
import { expect, test } from 'vitest';
import type { Checklist, ChecklistItem } from '../../src/core';
import { blocksOf, deal, letter, type Block } from '../../src/app/paper/blocks';
import { sheetsOf } from '../../src/app/paper/plates';
import { qrShape, siteLink } from '../../src/app/paper/qr';

const item = (code: string, group?: string): ChecklistItem => ({ code, zh: code, en: code, answer: 'pass_fail', weight: 1, ...(group === undefined ? {} : { group }) });
const body = (items: readonly ChecklistItem[], groups: Checklist['body']['groups'] = []): Checklist['body'] => ({ kind: 'k', zh: '', en: '', groups, items });
const heading: Block = { kind: 'heading', key: 'g', group: { key: 'g', zh: '', en: '' } };
const line = (code: string): Block => ({ kind: 'item', key: code, item: item(code) });

test('blocks follow the walking order; a repeat group becomes tables of at most eight rows; signatures come last', () => {
  const stalls = Array.from({ length: 10 }, (_, i) => item(`S${i}`, 'stalls'));
  const blocks = blocksOf(body([item('A', 'gate'), ...stalls, item('B')], [{ key: 'gate', zh: '', en: '' }, { key: 'stalls', zh: '', en: '', repeat: { label_zh: '摊位', label_en: 'stall' } }]));
  expect(blocks.map((block) => (block.kind === 'table' ? `table ${block.items.length}` : block.kind === 'item' ? block.item.code : block.kind))).toEqual([
    'heading', 'A', 'table 8', 'table 2', 'B', 'remarks', 'signature',
  ]);
});

test('every block lies on exactly one page, in order, and no page is over full', () => {
  const blocks = Array.from({ length: 40 }, (_, i) => line(`${i}`));
  const heights = blocks.map((_, i) => 11 + ((i * 7) % 23));
  const pages = deal(blocks, heights, 90, 120);
  expect(pages.flat()).toEqual(blocks.map((_, i) => i));
  for (const [n, page] of pages.entries()) expect(page.reduce((sum, i) => sum + (heights[i] ?? 0), 0)).toBeLessThanOrEqual(n === 0 ? 90 : 120);
});

test('a heading goes to the next page with what it heads', () => {
  expect(deal([line('A'), heading, line('B')], [80, 10, 20], 100, 100)).toEqual([[0], [1, 2]]);
});

test('what is taller than a page gets a page of its own, and nothing is lost', () => {
  expect(deal([line('A'), line('B'), line('C')], [10, 500, 10], 100, 100)).toEqual([[0], [1], [2]]);
});

test('plates: eight a sheet, or one', () => {
  expect(sheetsOf(Array.from({ length: 17 }, (_, i) => i), 'many').map((sheet) => sheet.length)).toEqual([8, 8, 1]);
  expect(sheetsOf([1, 2], 'one')).toEqual([[1], [2]]);
  expect(letter(3)).toBe('D');
});

test('the drawn code has a quiet zone, and a code with odd letters stays one address', () => {
  const shape = qrShape('https://x.example/#/s/01-2');
  expect(shape.d).toMatch(/^M4 4h7v1h-7z/);
  expect(siteLink('https://x.example', 'a/b c')).toBe('https://x.example/#/s/a%2Fb%20c');
});
