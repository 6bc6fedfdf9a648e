// Lists that are taken along: as workbooks with exactly the rows of the screen, and on paper without a control; in a demo both say that nothing is real.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { PHONE } from '../lib/chromium.mjs';
import { printed } from '../lib/print.mjs';
import { demo } from '../lib/program.mjs';
import { arrive, open } from '../lib/walk.mjs';
import { readWorkbook } from '../lib/xlsx.mjs';

let county;
let at;
let page;
let office;
before(async () => {
  county = await demo();
  at = await arrive(county, 'office');
  page = at.page;
  office = await desk(county.url, county.login('office'));
  // What a page prints is looked at here; nobody stands at a printer.
  await page.evaluate(() => (window.print = () => undefined));
});
after(async () => {
  await at?.close();
  await county?.remove();
});

async function shot(name) {
  if (process.env.LALIAN_SHOTS) await page.screenshot({ path: join(process.env.LALIAN_SHOTS, `along-${name}.png`), fullPage: true });
}
/** The workbook of the list on the screen: its name, its lines and titles and rows. */
async function workbook(nth = 0) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出表格' }).nth(nth).click()]);
  const [sheet] = readWorkbook(await readFile(await file.path()));
  return { name: file.suggestedFilename(), rows: sheet.rows };
}
/** The list on paper; the screen is as before afterwards. */
async function paper(name) {
  await page.getByRole('button', { name: '打印', exact: true }).click();
  await page.locator('body.printing-list').waitFor();
  if (process.env.LALIAN_SHOTS) {
    await page.emulateMedia({ media: 'print' });
    await shot(name);
    // Not 'screen': that would be the medium of the PDF, too.
    await page.emulateMedia({ media: null });
  }
  const sheets = await printed(page, { keep: process.env.LALIAN_SHOTS ? join(process.env.LALIAN_SHOTS, `along-${name}.pdf`) : undefined });
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.locator('body:not(.printing-list)').waitFor();
  return sheets;
}

test('the zero board as a workbook and on paper, from a desk and from a phone', { timeout: 180_000 }, async () => {
  await open(at, '/zero');
  const board = await office.get('/api/v1/figures/zero');
  const { name, rows } = await workbook();
  assert.match(name, /^示例数据-静态问题清零-\d{4}-\d\d-\d\d\.xlsx$/);
  assert.ok(rows.flat().some((text) => text.startsWith('示例数据')), 'the sheet says so, too');
  const titles = rows.findIndex((row) => row[0] === '乡镇（街道）');
  assert.deepEqual(rows.slice(titles + 1).map((row) => row[0]), board.townships.map((one) => one.name));

  for (const [size, viewport] of [['desk', null], ['phone', PHONE]]) {
    const before = page.viewportSize();
    if (viewport) await page.setViewportSize(viewport);
    const { sheets, size: format, words } = await paper(`zero-${size}`);
    assert.match(format, /A4/);
    const all = words.join('\n');
    assert.match(words[0], /静态问题清零/);
    assert.match(words[0], /截至 \d{4}/);
    for (const { name } of board.townships) assert.ok(all.includes(name), `${name} is on paper`);
    for (const sheet of words) assert.match(sheet, /示例数据/, 'every page says so');
    for (const control of ['导出表格', '打印', '看数字']) assert.ok(!all.includes(control), `${control} is no part of a list`);
    words.forEach((sheet, nth) => assert.match(sheet, new RegExp(`${nth + 1} ?/ ?${sheets}`), 'pages have numbers'));
    await page.setViewportSize(before);
  }
  assert.deepEqual(at.complaints(), []);
});

test('what a screen is narrowed to narrows its workbook, and stands on its paper', { timeout: 180_000 }, async () => {
  await open(at, '/holders');
  const { items, unready } = await office.get('/api/v1/duties/gaps');
  const kind = items[0]?.kind;
  assert.ok(kind, 'the demo has gaps');
  const words = { no_holder: '没有人', ending: '快到期', no_liaison: '没有专人', liaison_ended: '专人已离岗', no_leader: '没有分管县领导' }[kind];
  await page.getByRole('button', { name: new RegExp(`^${words} \\d+$`) }).last().click();
  const own = page.getByRole('button', { name: '导出表格' });
  const { rows } = await workbook(0);
  const titles = rows.findIndex((row) => row[0] === '缺什么');
  assert.equal(rows.length - titles - 1, items.filter((one) => one.kind === kind).length);
  if (unready.length > 0) assert.equal(await own.count(), 2, 'units that cannot begin have their own');
  const { words: sheets } = await paper('gaps');
  assert.match(sheets[0], new RegExp(`条件：${words}`));
  const last = items.filter((one) => one.kind === kind).at(-1);
  assert.ok(sheets.join('\n').replaceAll(/\s/g, '').includes((last.township_name ?? last.unit_name).replaceAll(/\s/g, '')), 'what is folded on the screen is on paper');
  assert.deepEqual(at.complaints(), []);
});

test('every list of the desk is taken along from its screen', { timeout: 240_000 }, async () => {
  await office.post('/api/v1/feedback', { text: '=字太小', screen: '', app_version: '' });
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  await office.post('/api/v1/campaigns', { name: '月底清零', deadline_day: day });
  for (const [route, first] of [
    ['/campaigns', '名称'], ['/look-backs', '销号自'], ['/honours', '地方'], ['/holders?view=progress', '乡镇（街道）'], ['/flags', '提示时间'], ['/feedback', '时间'], ['/rounds', '名称'],
  ]) {
    await open(at, route);
    const { name, rows } = await workbook();
    assert.match(name, /^示例数据-.+\.xlsx$/, route);
    assert.ok(rows.some((row) => row[0] === first), `${route}: ${JSON.stringify(rows.slice(0, 4))}`);
    await shot(route.replaceAll(/\W/g, ''));
  }
  assert.deepEqual(at.complaints(), []);
});
