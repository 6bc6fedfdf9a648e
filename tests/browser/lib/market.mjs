// A market with everything a checklist can ask: groups in walking order, stalls one by one, questions that come and go, rules and ready phrases.
// Sixty questions, so that a slow phone can be measured with it.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const library = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../backend/demo/checklists.json'), 'utf8'));

const groups = [
  { key: 'gate', zh: '大门和公示', en: 'Gate and notices' },
  {
    key: 'stalls', zh: '摊位', en: 'Stalls',
    repeat: { label_zh: '摊位', label_en: 'Stall', suggestions: ['熟食区', '活禽区'], max: 40 },
  },
  { key: 'hall', zh: '大厅通道', en: 'Hall and passages' },
  { key: 'outside', zh: '门前和周边', en: 'In front and around' },
];

const plain = (code, zh, en, group, more = {}) => ({
  code, zh, en, answer: 'pass_fail', weight: 1, makes: 'ticket', static: true, camera: 'normal', photo_on_fail: true, severity: 'minor',
  deadline_days: 7, department: 'market_regulation', guidance_zh: '站在原地看一圈，看不清的走近看。', default_issue_zh: `${zh}：不到位`, na_allowed: true, group, ...more,
});

function items() {
  const list = [];
  const add = (zh, en, group, more) => list.push(plain(`MKT-${100 + list.length}`, zh, en, group, more));
  add('入口有市场名称和平面图', 'Name and floor plan at the entrance', 'gate', {
    clause: { zh: '农贸市场应当在显著位置公示市场名称、平面布局、管理制度和投诉举报电话。', source: '县农贸市场管理办法（示例）第六条' },
    reasons_zh: ['没有名称', '平面图脱落', '内容过时'],
  });
  add('公平秤能开机归零', 'Public scale works', 'gate', {
    answer: 'choice',
    options: [
      { key: 'ok', zh: '能用，标志在有效期', en: 'Works, seal valid', fail: false },
      { key: 'expired', zh: '标志过期', en: 'Seal expired', fail: true, deadline_days: 3 },
      { key: 'broken', zh: '坏了或没有', en: 'Broken or missing', fail: true, severity: 'major' },
    ],
  });
  add('有活禽交易区', 'There is a live poultry area', 'gate', { photo_on_fail: false, makes: 'score' });
  for (let n = 4; n <= 8; n++) add(`大门第 ${n} 处：整洁、无破损`, `Gate spot ${n}: tidy, nothing broken`, 'gate');
  add('亮证亮照', 'Licence on display', 'stalls', { reasons_zh: ['没有挂出', '已过期', '与经营者不符'] });
  add('食品离地离墙，有防尘防蝇', 'Food off the floor, covered', 'stalls');
  add('明码标价', 'Prices shown', 'stalls', { answer: 'choice', options: [{ key: 'ok', zh: '齐全', en: 'Complete', fail: false }, { key: 'some', zh: '部分没有', en: 'Partly missing', fail: true }] });
  add('越线占道', 'Goods beyond the line', 'stalls', { answer: 'count', unit: '处', pass_rule: { op: '<=', value: 0 } });
  add('越线的东西当场能收回', 'Can be taken back at once', 'stalls', { visible_if: { '>': [{ var: 'MKT-111' }, 0] } });
  for (let n = 6; n <= 10; n++) add(`摊位第 ${n} 项：台面、地面干净`, `Stall item ${n}: table and floor clean`, 'stalls');
  for (let n = 1; n <= 20; n++) add(`大厅第 ${n} 段：通道畅通、地面无积水`, `Hall stretch ${n}: clear and dry`, 'hall', n === 5 ? { answer: 'score', max_score: 10, pass_rule: { op: '>=', value: 8 } } : {});
  while (list.length < 60) add(`门前第 ${list.length - 37} 处：无乱停、无流动摊点`, `In front, spot ${list.length - 37}: no blocking`, 'outside');
  return list;
}

/** Writes the file for `lalian import checklists` and gives back its path. */
export async function marketFile(folder) {
  const list = items();
  const kind = { ...library.site_kinds.find((one) => one.kind === 'farmers_market'), groups, items: list, total_weight: list.length };
  const path = join(folder, 'market.json');
  await writeFile(path, JSON.stringify({ ...library, schema_version: 3, site_kinds: [kind] }));
  return path;
}
