// A zeroing campaign from its draft to its end, the county's own clock for checks, closed tickets that are looked at again, and a project beside a ticket.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { fillCounty } from '../lib/fixture.mjs';
import { drawings } from '../lib/jpeg.mjs';
import { takePhoto } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { arrive, open } from '../lib/walk.mjs';

let county;
let at;
let page;
let office;
let folder;
let photo;
let filled;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-campaigns-'));
  county = await demo();
  at = await arrive(county, 'office');
  page = at.page;
  office = await desk(county.url, county.login('office'));
  photo = await drawings(page, folder, 30);
  filled = await fillCounty(county, { photo });
});
after(async () => {
  await at?.close();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});
async function shot(browser, name, fullPage = true) {
  if (process.env.LALIAN_SHOTS) await browser.page.screenshot({ path: join(process.env.LALIAN_SHOTS, `campaigns-${name}.png`), fullPage });
}
const dialog = () => page.getByRole('dialog');
/** The number of a tile of a board. */
const tile = async (name) => Number(await page.locator('.tile').filter({ hasText: name }).locator('b').textContent());
/** The county's last day of this month and another in the months to come. */
const later = (days) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);

let campaign;
test('a draft shows what it would take; started, its baseline stands and every number opens its rows', { timeout: 240_000 }, async () => {
  await open(at, '/campaigns');
  await page.getByText('还没有清零行动').waitFor();
  await shot(at, '1-empty');
  await page.getByRole('link', { name: '新建行动' }).click();
  await page.getByRole('button', { name: '存草稿，看会圈进哪些' }).click();
  await page.getByText('请写名称').waitFor();
  await page.getByLabel('名称').fill('候车亭清零');
  await page.getByLabel('清零期限').fill(later(20));
  await page.getByRole('checkbox').first().waitFor();
  await shot(at, '2-form');
  await page.getByRole('button', { name: '存草稿，看会圈进哪些' }).click();
  await page.getByText('开始以后会圈进').waitFor();
  const [draft] = (await office.get('/api/v1/campaigns?state=draft')).items;
  campaign = draft.id;
  const { tickets } = await office.get(`/api/v1/campaigns/${campaign}/preview`);
  assert.ok(tickets > 0);
  await page.getByText(`${tickets} 件没有清零的静态问题`).waitFor();
  await shot(at, '3-preview');
  await page.getByRole('button', { name: '开始行动' }).click();
  await dialog().getByRole('button', { name: '开始行动' }).click();
  await page.locator('.tile').first().waitFor();
  const board = await office.get(`/api/v1/campaigns/${campaign}/board`);
  assert.deepEqual([await tile('底数'), await tile('整改中'), await tile('待核查'), await tile('挂账')], [board.baseline, board.open, board.submitted, board.on_hold]);
  assert.equal(board.baseline, tickets, 'what the preview promised');
  await shot(at, '4-board');
  await page.locator('.tile').filter({ hasText: '待核查' }).click();
  await page.getByRole('button', { name: '清零行动' }).waitFor();
  const rows = page.locator('tbody tr');
  await expectEventually(async () => (await rows.count()) === board.submitted, 'the rows of the number');
  await open(at, `/campaigns/${campaign}`);
  await page.getByRole('button', { name: '看数字' }).waitFor();
  await page.getByRole('button', { name: '看数字' }).click();
  await page.getByRole('columnheader', { name: '参考线' }).waitFor();
  assert.deepEqual(at.complaints(), []);
});

test('a township sees its own part, and its ticket says why it is due', { timeout: 240_000 }, async () => {
  const helper = await arrive(county, 'deputy_leader');
  try {
    await open(helper, '/campaigns');
    await helper.page.getByRole('link', { name: /候车亭清零/ }).click();
    await helper.page.locator('.tile').first().waitFor();
    const own = await desk(county.url, county.login('deputy_leader'));
    const board = await own.get(`/api/v1/campaigns/${campaign}/board`);
    assert.equal(Number(await helper.page.locator('.tile').filter({ hasText: '底数' }).locator('b').textContent()), board.baseline);
    assert.equal(await helper.page.getByRole('button', { name: '提前结束' }).count(), 0);
    await shot(helper, '5-township');
    await helper.page.locator('.tile').filter({ hasText: '底数' }).click();
    await helper.page.locator('a[href^="#/tickets/"]').first().waitFor();
    await open(helper, `/tickets/${filled.tickets.returned}`);
    await helper.page.getByText('列入清零行动').first().waitFor();
    await shot(helper, '6-why');
    assert.deepEqual(helper.complaints(), []);
  } finally {
    await helper.close();
  }
});

test('ended early with a reason, the numbers stay as they were', { timeout: 120_000 }, async () => {
  await open(at, '/');
  await open(at, `/campaigns/${campaign}`);
  await page.getByRole('button', { name: '提前结束' }).click();
  await dialog().getByRole('textbox').fill('与下一次合并');
  await dialog().getByRole('button', { name: '提前结束' }).click();
  await page.getByText('结束：与下一次合并').waitFor();
  await page.getByRole('button', { name: '现在' }).waitFor();
  await shot(at, '7-ended');
  assert.deepEqual(at.complaints(), []);
});

test('the county’s own clock stands beside the townships’', { timeout: 120_000 }, async () => {
  await open(at, '/checks');
  await page.getByRole('columnheader', { name: '县里核查用时（中位）' }).waitFor();
  const figures = await office.get('/api/v1/figures/checks?months=6');
  await page.locator('.tiles a').filter({ hasText: '待核查' }).getByText(String(figures.waiting)).waitFor();
  await shot(at, '8-checks');
});

test('a draw says its seed; an inspector looks again with one photo; the rate counts it', { timeout: 300_000 }, async () => {
  await open(at, '/look-backs');
  await page.getByText('还没有抽过').waitFor();
  await page.getByRole('button', { name: '抽签' }).click();
  await shot(at, '9-draw', false);
  await dialog().getByRole('button', { name: '抽签' }).click();
  await page.getByText('结果相同').waitFor({ timeout: 60_000 });
  const [draw] = (await office.get('/api/v1/look-backs')).items;
  const { items } = await office.get(`/api/v1/look-backs/${draw.id}`);
  assert.ok(items.length > 0, 'something was drawn');
  await shot(at, '10-drawn');

  const walker = await arrive(county, 'inspector', { nth: 1 });
  try {
    const on = walker.page;
    await open(walker, '/');
    await on.getByRole('link', { name: /回头看待看/ }).click();
    await on.locator('a[href^="#/look-back/"]').first().waitFor();
    await shot(walker, '11-work');
    await open(walker, `/look-back/${items[0].ticket_id}`);
    await on.getByRole('radio', { name: /整改还保持着/ }).click();
    const file = join(folder, 'again.jpg');
    await writeFile(file, photo(29));
    await takePhoto(on, on.locator('main'), file);
    await shot(walker, '12-look');
    await on.getByRole('button', { name: '提交', exact: true }).click();
    await expectEventually(async () => (await office.get(`/api/v1/look-backs/${draw.id}`)).items.find((item) => item.ticket_id === items[0].ticket_id)?.state === 'held', 'the look arrives');
    assert.deepEqual(walker.complaints(), []);
  } finally {
    await walker.close();
  }
  await open(at, '/');
  await open(at, `/look-backs/${draw.id}`);
  await page.getByRole('button', { name: /^保持/ }).click();
  await page.getByRole('link', { name: new RegExp(items[0].number) }).waitFor();
  await page.getByRole('button', { name: '重抽' }).click();
  await dialog().getByRole('textbox').fill('有点位已拆撤');
  await dialog().getByRole('button', { name: '重抽' }).click();
  await expectEventually(async () => (await office.get('/api/v1/look-backs')).items.length === 2, 'both draws are kept');
  assert.deepEqual(at.complaints(), []);
});

test('a project stands beside its ticket: made with its milestones, one of them done with a photo', { timeout: 240_000 }, async () => {
  const helper = await arrive(county, 'deputy_leader');
  try {
    const on = helper.page;
    await open(helper, `/tickets/${filled.tickets.returned}`);
    await on.getByRole('button', { name: '建一个项目' }).click();
    const sheet = on.getByRole('dialog');
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.getByText('至少写一个节点和日期').waitFor();
    await sheet.getByLabel('项目名称').fill('候车亭改造');
    await sheet.getByLabel('做到哪一步').fill('材料到货');
    await sheet.getByLabel('计划完成日期').fill(later(5));
    await shot(helper, '13-project', false);
    await sheet.getByRole('button', { name: '保存' }).click();
    await on.getByText('候车亭改造').waitFor();
    await on.getByRole('button', { name: '完成这个节点' }).click();
    await on.getByRole('dialog').getByRole('button', { name: '登记完成' }).click();
    await on.getByText('节点已登记完成').waitFor({ timeout: 60_000 });
    const { projects, official_due_at } = await office.get(`/api/v1/tickets/${filled.tickets.returned}`);
    assert.deepEqual(projects.map((one) => [one.name, one.milestones.map((milestone) => milestone.done_on !== null)]), [['候车亭改造', [true]]]);
    assert.ok(official_due_at, 'and no date has moved');
    await shot(helper, '14-done');
    assert.deepEqual(helper.complaints(), []);
  } finally {
    await helper.close();
  }
});
