// A month of colours from the office's word to the township's answer: proposed, seen by nobody, one changed with a reason, published at once, appealed,
// decided by somebody else, planned, copied to the county leader and talked about; and the days that deadlines count by, brought in from a file.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { cast } from '../lib/cast.mjs';
import { monthsAgo } from '../lib/fixture.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { open } from '../lib/walk.mjs';

let county;
let folder;
let office;
let township;
let other;
const { browsers, come, leave, shot } = cast('colours', () => county);
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-colours-'));
  county = await demo();
  office = await desk(county.url, county.login('office'));
  const deputy = await desk(county.url, county.login('deputy_leader'));
  const all = await office.list('/api/v1/divisions?kind=township');
  township = all.find((one) => one.id === deputy.me.posts[0].unit_id);
  other = all.find((one) => one.id !== township.id);
});
after(async () => {
  await leave();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

const month = monthsAgo(1);
const spoken = `${Number(month.slice(0, 4))} 年 ${Number(month.slice(5))} 月`;
const rowsOfMonth = async () => (await office.get(`/api/v1/colours?from=${month}&to=${month}`)).items;
/** Opens the page of one township's month from the row of the month. */
const rowOf = (page, name) => page.locator('main li').filter({ has: page.getByRole('heading', { name, exact: true }) });

/** Another colour with a reason, in the sheet. */
async function change(page, name, colour, reason) {
  await rowOf(page, name).getByRole('button', { name: /^改颜色/ }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('radio', { name: colour }).click();
  await sheet.getByRole('button', { name: '确认这个颜色' }).click();
  // Nothing differs without a reason.
  await sheet.getByText('和拟定的不同，请写明理由').waitFor();
  await sheet.getByRole('textbox').fill(reason);
  await sheet.getByRole('button', { name: '确认这个颜色' }).click();
  await sheet.waitFor({ state: 'hidden' });
  await rowOf(page, name).getByText(`理由：${reason}`).waitFor();
}

test('the office weighs a month and publishes it at once; a township hears nothing before', { timeout: 300_000 }, async () => {
  const at = await come('office');
  const { page } = at;
  // Who is in charge of the township that will be red.
  await open(at, '/colours/copies');
  await page.getByRole('button', { name: /^改分管范围/ }).first().click();
  const charge = page.getByRole('dialog');
  await charge.getByLabel(other.name, { exact: true }).check();
  await charge.getByRole('button', { name: '保存分管范围' }).click();
  await charge.waitFor({ state: 'hidden' });
  await shot(at, '1-in-charge');

  await open(at, '/colours');
  await page.getByRole('button', { name: /拟定这个月/ }).click();
  await page.getByText('已按现在的记录拟定').waitFor();
  await shot(at, '2-proposed');
  await open(at, `/colours/month?m=${month}`);
  assert.ok(await page.getByRole('button', { name: '公布这个月' }).isDisabled(), 'not before all are confirmed');
  await rowOf(page, township.name).getByRole('button', { name: /^看依据/ }).click();
  await rowOf(page, township.name).getByText('没有一条规则达到界线').waitFor();
  await change(page, township.name, '黄色', '多次提醒后仍有三处没有动工');
  await change(page, other.name, '红色', '回访发现多处没有整改');
  await page.getByRole('button', { name: /^一并确认 \d+ 个绿色/ }).click();
  const publish = page.getByRole('button', { name: '公布这个月' });
  await expectEventually(async () => publish.isEnabled(), 'all are confirmed');
  await shot(at, '3-confirmed', false);

  // Nothing is told before.
  const leader = await come('main_leader');
  await open(leader, '/colour');
  await leader.page.getByText('县里还没有公布过颜色').waitFor();

  await publish.click();
  const sheet = page.getByRole('dialog');
  await sheet.getByText('绿 19 · 黄 1 · 红 1').waitFor();
  await sheet.getByRole('button', { name: '公布这个月' }).click();
  await page.getByText(/公布，数字已固定/).waitFor();
  const rows = await rowsOfMonth();
  assert.ok(rows.every((row) => row.published_at !== null), 'the whole month is published');
  assert.equal(rows.find((row) => row.township_id === township.id).proposal, 'green', 'the proposal stays on record');
  await open(at, '/colours');
  await page.getByRole('link', { name: new RegExp(`^${township.name} ${spoken} 黄`) }).waitFor();
  await shot(at, '4-board');
});

test('a township reads why, appeals once and plans; only somebody who did not confirm it decides', { timeout: 300_000 }, async () => {
  const deputy = await come('deputy_leader');
  await open(deputy, '/colour');
  await deputy.page.getByRole('link', { name: new RegExp(`最近公布 · ${spoken}`) }).click();
  await deputy.page.getByText('多次提醒后仍有三处没有动工').waitFor();
  assert.equal(await deputy.page.getByText(other.name).count(), 0, 'no other township is shown');
  await deputy.page.getByRole('button', { name: '提出申诉' }).click();
  const sheet = deputy.page.getByRole('dialog');
  await sheet.getByLabel('哪里和实际不符').fill('三处中两处已办挂账，应不计入');
  await sheet.getByRole('button', { name: '提出申诉' }).click();
  await sheet.waitFor({ state: 'hidden' });
  await deputy.page.getByText('等待处理').waitFor();
  assert.equal(await deputy.page.getByRole('button', { name: '提出申诉' }).count(), 0, 'once');
  await shot(deputy, '5-appealed');

  const leader = await come('main_leader');
  await open(leader, '/');
  await open(leader, '/colour');
  await leader.page.getByRole('link', { name: new RegExp(`最近公布 · ${spoken}`) }).click();
  await leader.page.getByRole('button', { name: '写方案' }).click();
  const plan = leader.page.getByRole('dialog');
  await plan.getByRole('textbox').fill('本周内动工，分管领导每周看一次。');
  await plan.getByRole('button', { name: '写方案' }).click();
  await plan.waitFor({ state: 'hidden' });
  await leader.page.getByText('本周内动工，分管领导每周看一次。').waitFor();

  // The one who confirmed it reads the appeal and is offered nothing.
  const { id } = (await rowsOfMonth()).find((row) => row.township_id === township.id);
  const first = await come('office');
  await open(first, '/');
  await first.page.getByText(`${township.name}对 ${spoken}的颜色提出申诉`).waitFor();
  await open(first, `/colours/${id}`);
  await first.page.getByText('这条由您确认过，请另一位同事处理').waitFor();
  assert.equal(await first.page.getByRole('button', { name: '处理申诉' }).count(), 0);

  const second = await come('office', 1);
  await open(second, `/colours/${id}`);
  await second.page.getByRole('button', { name: '处理申诉' }).click();
  const decide = second.page.getByRole('dialog');
  await decide.getByRole('radio', { name: '改颜色' }).click();
  await decide.getByRole('radio', { name: '绿色' }).click();
  await decide.getByLabel('答复（乡镇会看到）').fill('核实后两处确已挂账。');
  await decide.getByRole('button', { name: '处理申诉' }).click();
  await decide.waitFor({ state: 'hidden' });
  await second.page.getByText('申诉后改为绿色').first().waitFor();
  await shot(second, '6-decided');
  const row = (await rowsOfMonth()).find((one) => one.id === id);
  assert.deepEqual([row.colour, row.after_appeal, row.standing], ['yellow', 'green', 'green'], 'both stay on record');
});

test('a red is copied to who is in charge; a talk is recorded by people and read by the township it is about', { timeout: 300_000 }, async () => {
  const lead = await come('county_leader');
  await open(lead, '/');
  await lead.page.getByText(`${other.name} ${spoken}红色`).waitFor();
  await shot(lead, '7-leader');
  const at = await come('office');
  const { id } = (await rowsOfMonth()).find((row) => row.township_id === other.id);
  await open(at, `/colours/${id}`);
  await at.page.getByText('建议约谈').waitFor();
  assert.equal((await office.get('/api/v1/talks')).items.length, 0, 'the system makes none');
  await at.page.getByRole('link', { name: '记约谈' }).click();
  const sheet = at.page.getByRole('dialog');
  await sheet.getByRole('button', { name: '存为记录' }).click();
  await sheet.getByText('请写参加人员').waitFor();
  await sheet.getByLabel('参加人员').fill('县专班、主要领导');
  await sheet.getByLabel('事由').fill(`${spoken}红色`);
  await sheet.getByLabel('谈了什么、定了什么').fill('两周内全部动工。');
  await sheet.getByRole('button', { name: '存为记录' }).click();
  await sheet.waitFor({ state: 'hidden' });
  await at.page.getByText('两周内全部动工。').waitFor();
  await shot(at, '8-talk');
  await open(at, `/colours/${id}`);
  await at.page.getByText('县专班定为红色').waitFor();
  assert.equal(await at.page.getByText('建议约谈').count(), 0, 'nothing is proposed when it was talked about');
  // It is about the other township.
  const leader = await come('main_leader');
  await open(leader, '/talks');
  await leader.page.getByText('没有记录').waitFor();
});

test('a year of holidays comes in from the public file, faults first, with what would change', { timeout: 120_000 }, async () => {
  const at = await come('office');
  const { page } = at;
  const year = new Date().getFullYear() + 1;
  const file = join(folder, `${year}.json`);
  const bring = async (days) => {
    await writeFile(file, JSON.stringify({ $schema: 'x', $id: 'x', year, papers: ['https://www.gov.cn/'], days }));
    await page.locator('input[type="file"]').setInputFiles(file);
  };
  await open(at, `/calendar?year=${year}`);
  await bring([{ name: '元旦', date: `${year}-02-30`, isOffDay: true }]);
  await page.getByText('文件有 1 处不能用，没有导入').waitFor();
  await bring([{ name: '元旦', date: `${year - 1}-12-31`, isOffDay: true }, { name: '元旦', date: `${year}-01-01`, isOffDay: true }, { name: '元旦', date: `${year}-01-09`, isOffDay: false }]);
  await page.getByText('3 天有改动').waitFor();
  await shot(at, '9-calendar');
  await page.getByRole('button', { name: '保存这一年' }).click();
  await page.getByText('本县录入').waitFor();
  const kept = await office.get(`/api/v1/calendar/${year}`);
  assert.deepEqual(kept.days.map((day) => day.date), [`${year - 1}-12-31`, `${year}-01-01`, `${year}-01-09`]);
  for (const one of browsers) assert.deepEqual(one.complaints(), [], one.role);
});
