// Paper at the county's desk: plates with codes that scan, on the right number of sheets.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { DESK, phone } from '../lib/chromium.mjs';
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
before(async () => {
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
