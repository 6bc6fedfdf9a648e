// Paper at the county's desk: plates with codes that scan, blank checklists on whole pages, and a filled-in sheet that becomes a visit.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkReceipt, desk } from '../lib/api.mjs';
import { DESK, phone } from '../lib/chromium.mjs';
import { writeJpeg } from '../lib/jpeg.mjs';
import { logIn } from '../lib/pages.mjs';
import { printed } from '../lib/print.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';

const TOWNSHIP = '519901001000';

let county;
let browser;
let page;
let api;
let township;
let sites;
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-paper-'));
  county = await demo();
  api = await desk(county.url, county.login('office'));
  township = (await api.list('/api/v1/divisions?kind=township')).find((one) => one.code === TOWNSHIP);
  sites = await api.list(`/api/v1/sites?township_id=${township.id}&status=active`);
  browser = await phone({ origin: county.url, viewport: DESK });
  page = await browser.page();
  await page.goto(county.url);
  await logIn(page, county.login('office'));
});
after(async () => {
  await browser?.close();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

const go = (hash) => page.evaluate((to) => { location.hash = to; }, hash);

test('every site of a township gets a plate whose code opens it', { timeout: 120_000 }, async () => {
  await go('#/paper/codes');
  await page.getByLabel('乡镇（街道）').selectOption(township.id);
  await page.getByText(`${sites.length} 个点位`).waitFor();
  const paper = await printed(page, { columns: 2, rows: 4 });
  assert.match(paper.size, /A4/);
  assert.equal(paper.sheets, Math.ceil(sites.length / 8), 'eight plates a sheet and no empty sheet');
  const wanted = sites.map((site) => `${county.url}/#/s/${site.code}`).sort();
  assert.deepEqual(paper.codes.flat().sort(), wanted, 'each code once, and each reads back');
  for (const site of sites) assert.ok(paper.words.some((words) => words.includes(site.code)), `${site.code} stands in letters too`);
});

test('a few sites, one a sheet', { timeout: 120_000 }, async () => {
  await go('#/paper/codes');
  await page.getByLabel('乡镇（街道）').selectOption(township.id);
  await page.getByRole('button', { name: '全不选' }).click();
  const few = sites.slice(0, 3);
  for (const site of few) await page.getByRole('checkbox', { name: site.code }).check();
  await page.getByRole('button', { name: '一页一张' }).click();
  await page.getByText('3 个点位，3 页').waitFor();
  const paper = await printed(page);
  assert.equal(paper.sheets, 3);
  assert.deepEqual(paper.codes, few.map((site) => [`${county.url}/#/s/${site.code}`]), 'one code a sheet, in the order of the list');
});

test('one site by its own address', { timeout: 120_000 }, async () => {
  const site = sites[0];
  await go(`#/paper/codes?site_id=${site.id}`);
  await page.reload();
  await page.locator('section.a4').waitFor();
  const paper = await printed(page);
  assert.deepEqual(paper.codes, [[`${county.url}/#/s/${site.code}`]]);
  await expectEventually(async () => (await page.locator('svg[role="img"]').count()) === 1, 'one plate');
  assert.deepEqual(browser.complaints(), []);
});

test('a blank checklist has the site’s code on every page, every item once, and says page x of y', { timeout: 120_000 }, async () => {
  const site = sites.find((one) => one.kind === 'farmers_market');
  const [list] = await api.list('/api/v1/checklists?site_kind=farmers_market&status=active');
  await go(`#/paper/blank?site_id=${site.id}`);
  await page.reload();
  await page.locator('section.a4').first().waitFor();
  const shown = await page.locator('section.a4').count();
  const paper = await printed(page);
  assert.ok(shown >= 2, 'a market’s list does not fit on one page');
  assert.equal(paper.sheets, shown, 'printed as shown, and no empty page');
  assert.deepEqual(paper.codes, Array.from({ length: shown }, () => [`${county.url}/#/s/${site.code}`]));
  for (const { code } of list.body.items) assert.equal(paper.words.join(' ').split(code).length - 1, 1, `${code} stands on the sheets once`);
  paper.words.forEach((words, i) => assert.match(words.replace(/\s/g, ''), new RegExp(`第${i + 1}页，共${shown}页`)));
  assert.match(paper.words.at(-1).replace(/\s/g, ''), /检查人签名/);
});

/** The order of the sheet: where one stands, as the list's groups say. */
function walkingOrder({ body: { groups = [], items } }) {
  return [...groups.flatMap(({ key }) => items.filter((item) => item.group === key)), ...items.filter((item) => !groups.some(({ key }) => key === item.group))];
}

/** One line by its keys; with a word it fails. */
async function typeLine(item, word = null) {
  const good = item.pass_rule && ['>', '>='].includes(item.pass_rule.op) ? (item.max_score ?? item.pass_rule.value + 1) : 0;
  const press = async (key) => {
    await page.keyboard.press(key);
    await page.waitForTimeout(60);
  };
  if (word !== null) {
    await press('2');
    await page.keyboard.type(word);
    await press('Enter');
  } else if (item.answer === 'pass_fail') await press('1');
  else if (item.answer === 'choice') await press(String.fromCharCode(97 + item.options.findIndex((option) => !option.fail)));
  else {
    await page.keyboard.type(String(good));
    await press('Enter');
  }
}

test('a filled-in sheet is typed in with one key a line and arrives as its walker’s visit, on paper, with a receipt', { timeout: 240_000 }, async () => {
  const site = sites.find((one) => one.kind === 'clinic');
  const walker = (await api.list('/api/v1/people')).find((person) => person.posts.some((post) => post.role === 'inspector'));
  const [list] = await api.list('/api/v1/checklists?site_kind=clinic&status=active');
  const before = await api.list(`/api/v1/inspections?site_id=${site.id}`);
  await go('#/paper/enter');
  // A scanner types the whole link and ends with Enter.
  await page.getByLabel('点位码或点位名称').fill(`${county.url}/#/s/${site.code}`);
  await page.keyboard.press('Enter');
  await page.locator('[data-line]').first().waitFor();
  await page.getByLabel('表是谁填的（检查人）').selectOption({ label: walker.name });
  const at = new Date(Date.now() - 3 * 3_600_000);
  await page.getByLabel('检查时间（照表上写）').fill(new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16));
  await page.getByLabel('检查时间（照表上写）').blur();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: '加表的照片' }).click();
  await (await chooser).setFiles(await writeJpeg(page, join(folder, 'sheet.jpg'), 7));
  await page.getByRole('button', { name: '再加一张' }).waitFor({ timeout: 60_000 });

  await page.getByRole('button', { name: '从没录的第一行开始' }).click();
  let failed = null;
  for (const [i, item] of walkingOrder(list).entries()) {
    const fail = item.answer === 'pass_fail' && !failed;
    if (fail) failed = item.code;
    await typeLine(item, fail ? '门口的灯坏了' : null);
    // The page may be left at any time.
    if (i === 4) {
      await page.waitForTimeout(400);
      await page.reload();
      await page.getByRole('button', { name: '从没录的第一行开始' }).click();
    }
  }
  await page.getByText('每一行都录了').waitFor();
  await page.getByRole('button', { name: '核对无误，提交' }).click();
  await page.getByText('县里已收到').waitFor({ timeout: 60_000 });

  const visits = (await api.list(`/api/v1/inspections?site_id=${site.id}`)).filter((visit) => !before.some((old) => old.id === visit.id));
  assert.equal(visits.length, 1, 'one visit');
  const detail = await api.get(`/api/v1/inspections/${visits[0].id}`);
  const { operation_id } = detail.revisions[0];
  const { body } = await api.get(`/api/v1/operations/${operation_id}`);
  assert.deepEqual([body.capture, body.author.person_id, body.entered_by.person_id], ['paper', walker.id, api.me.person.id]);
  assert.equal(Date.parse(body.payload.paper.sheet_filled_at), Math.floor(at.getTime() / 60_000) * 60_000);
  assert.equal(detail.answers.length, list.body.items.length);
  assert.deepEqual(detail.answers.filter((answer) => answer.result === 'fail').map((answer) => [answer.item, answer.findings[0].note]), [[failed, '门口的灯坏了']]);
  const scans = detail.photos.filter((photo) => photo.role === 'paper');
  assert.deepEqual(scans.map((photo) => photo.state), ['stored']);
  const { receipt } = await api.get(`/api/v1/operations/${operation_id}/receipt`);
  const claims = await checkReceipt(county.url, receipt);
  assert.deepEqual([claims.sub, claims.person_id, claims.status], [operation_id, walker.id, 'accepted']);
  assert.deepEqual(browser.complaints(), []);
});

test('stalls are entered as the columns of the sheet, each by its name; without an account the walker is named', { timeout: 240_000 }, async () => {
  const site = sites.find((one) => one.kind === 'farmers_market');
  const [list] = await api.list('/api/v1/checklists?site_kind=farmers_market&status=active');
  const group = list.body.groups.find((one) => one.repeat);
  await go('#/paper/enter');
  await page.getByLabel('点位码或点位名称').fill(site.code);
  await page.keyboard.press('Enter');
  await page.locator('[data-line]').first().waitFor();
  await page.getByLabel('表是谁填的（检查人）').selectOption('other');
  await page.getByLabel('检查人姓名').fill('借调的老周');
  await page.getByLabel('检查时间（照表上写）').fill(new Date(Date.now() + 4 * 3_600_000).toISOString().slice(0, 16));
  await page.getByLabel('检查时间（照表上写）').blur();
  await page.getByLabel('没有照片，原表已存档').check();
  const stalls = ['3', '熟食二号'];
  let begun = false;
  for (const item of walkingOrder(list)) {
    if (item.group !== group.key) {
      if (!begun || (await page.locator(':focus').getAttribute('data-line').catch(() => null)) === null) await page.getByRole('button', { name: '从没录的第一行开始' }).click();
      begun = true;
      await typeLine(item);
    }
  }
  for (const name of stalls) {
    await page.getByLabel(group.repeat.label_zh, { exact: true }).fill(name);
    await page.keyboard.press('Enter');
    await page.waitForTimeout(100);
    for (const item of list.body.items.filter((one) => one.group === group.key)) await typeLine(item, name === '3' && item.answer === 'pass_fail' ? '没有防蝇罩' : null);
  }
  await page.getByText('每一行都录了').waitFor();
  await page.getByRole('button', { name: '核对无误，提交' }).click();
  await expectEventually(async () => (await api.list(`/api/v1/inspections?site_id=${site.id}`)).length === 1, 'the visit');
  const [visit] = await api.list(`/api/v1/inspections?site_id=${site.id}`);
  const { answers } = await api.get(`/api/v1/inspections/${visit.id}`);
  assert.deepEqual([visit.capture, visit.filled_by, visit.person_id], ['paper', '借调的老周', api.me.person.id]);
  assert.deepEqual([...new Set(answers.map((answer) => answer.instance_key))].sort(), ['', ...stalls].sort());
  const faults = answers.filter((answer) => answer.result === 'fail');
  assert.ok(faults.every((answer) => answer.instance_key === '3' && answer.findings[0].note === '没有防蝇罩'));
  assert.deepEqual(browser.complaints(), []);
});
