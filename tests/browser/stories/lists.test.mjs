// Many tickets at once at the county's desk: issued and reminded about each by its own step, printed as orders, taken along as a ledger; and an order
// that was signed on paper.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { DESK, phone } from '../lib/chromium.mjs';
import { drawings } from '../lib/jpeg.mjs';
import { logIn, takePhoto } from '../lib/pages.mjs';
import { printed } from '../lib/print.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { arrive, open } from '../lib/walk.mjs';

const FAULTS = 10;
let county;
let browser;
let page;
let office;
let inspector;
let deputy;
let folder;
let photo;
let ids;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-lists-'));
  county = await demo();
  office = await desk(county.url, county.login('office'));
  inspector = await desk(county.url, county.login('inspector'));
  deputy = await desk(county.url, county.login('deputy_leader'));
  browser = await phone({ origin: county.url, viewport: DESK });
  page = await browser.page();
  await page.goto(county.url);
  await logIn(page, county.login('office'));
  photo = await drawings(page, folder, FAULTS);
  ids = await faults(FAULTS);
});
after(async () => {
  await browser?.close();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

const go = (hash) => page.evaluate((to) => { location.hash = to; }, hash);
const ticketOf = (id) => office.get(`/api/v1/tickets/${id}`);
const step = async (who, kind, id, more, options) => who.operate(kind, { ticket_id: id, seen_version: (await who.get(`/api/v1/tickets/${id}`)).version, ...more }, options);
async function shot(name) {
  if (process.env.LALIAN_SHOTS) await page.screenshot({ path: join(process.env.LALIAN_SHOTS, `lists-${name}.png`) });
}

/** Faults at sites of the deputy's township, each with a photo of its own; the rule of the first item comes with them. */
async function faults(count) {
  const township = deputy.me.posts[0].unit_id;
  const sites = (await inspector.list(`/api/v1/sites?township_id=${township}`)).slice(0, count);
  for (const [nth, site] of sites.entries()) {
    const position = { lon: site.lon, lat: site.lat, accuracy_m: 8, fixed_at: new Date().toISOString(), source: 'browser', datum: 'WGS84' };
    const finding = { finding_id: randomUUID(), site_id: site.id, item_code: null, instance_key: '', title: `第${nth}处问题`, note: '', severity: 'minor', is_static: true, position, fixed_on_spot: false };
    await inspector.operate('finding.report/1', finding, { files: [{ bytes: photo(nth), role: 'before', position }] });
  }
  const all = await expectEventually(async () => {
    const found = (await office.list('/api/v1/tickets?state=pending')).filter((ticket) => /^第\d+处问题$/.test(ticket.title) && ticket.township_id === township && !ticket.border && ticket.missing_files === 0);
    return found.length >= Math.min(6, sites.length) && found;
  }, 'the faults become tickets');
  return all.map((ticket) => ticket.id);
}

const box = (id) => page.locator(`#row-${id} input[type="checkbox"]`);
const dialog = () => page.getByRole('dialog');

test('issue: what goes to whom, time to take it back, one that moved on stops none of the others', { timeout: 240_000 }, async () => {
  const [gone, ...rest] = ids;
  await go('#/issue');
  for (const id of ids) await box(id).check();
  await page.getByRole('button', { name: `交办 ${ids.length} 件` }).click();
  await dialog().getByText(`${ids.length} 件按所在位置交给乡镇`).waitFor();
  await shot('1-asking');
  await dialog().getByRole('button', { name: `交办 ${ids.length} 件` }).click();
  await dialog().getByText(/秒后送出/).first().waitFor();
  await dialog().getByRole('button', { name: '撤回' }).click();
  await page.waitForTimeout(6_000);
  assert.deepEqual(new Set(await Promise.all(ids.map(async (id) => (await ticketOf(id)).state))), new Set(['pending']), 'taken back, nothing was sent');

  // Somebody else was faster with one of them.
  await step(office, 'ticket.decline/1', gone, { reason: '与另一件重复' });
  await dialog().getByRole('button', { name: `交办 ${ids.length} 件` }).click();
  await dialog().getByRole('button', { name: '马上送出' }).click();
  await dialog().getByText(`已交办 ${rest.length} 件`).waitFor({ timeout: 60_000 });
  await dialog().getByText('1 件没有办成').waitFor();
  await dialog().getByText('这件刚刚有了新进展').waitFor();
  await shot('2-one-failed');
  await dialog().getByRole('button', { name: '再试没办成的 1 件' }).click();
  await dialog().getByText('1 件别人已经办过').waitFor();
  await dialog().getByRole('button', { name: '逐件看结果' }).click();
  await dialog().getByText('已不需要').waitFor();
  await shot('3-retried');
  assert.equal((await ticketOf(gone)).state, 'declined', 'what somebody declined stays declined');
  for (const id of rest) {
    const { state, events } = await ticketOf(id);
    assert.deepEqual([state, events.filter((event) => event.transition === 'T2').length], ['issued', 1], 'issued, once');
  }
  ids = rest;
  assert.match(await dialog().getByRole('link', { name: '打印这些交办单' }).getAttribute('href'), new RegExp(rest[0]));
  await dialog().getByRole('button', { name: '知道了' }).click();
  await page.getByText('没有待交办的问题').or(page.locator('li[id^="row-"]').first()).first().waitFor();
  assert.equal(await page.locator(`#row-${rest[0]}`).count(), 0);
});

test('remind: those that fit, without a network too, each once', { timeout: 240_000 }, async () => {
  const some = ids.slice(0, 3);
  await go('#/tickets?state=issued');
  await page.getByRole('checkbox', { name: /第/ }).first().waitFor();
  const numbers = await Promise.all(some.map(async (id) => (await ticketOf(id)).number));
  for (const number of numbers) await page.getByRole('checkbox', { name: number }).check();
  await page.getByRole('button', { name: '催办 3 件' }).click();
  await dialog().getByRole('button', { name: '请抓紧整改，按期提交' }).click();
  await browser.offline(true);
  await dialog().getByRole('button', { name: '催办 3 件' }).click();
  await dialog().getByRole('button', { name: '马上送出' }).click();
  await dialog().getByText('3 件已存在本机，连上网自动送出').waitFor({ timeout: 60_000 });
  await shot('4-kept');
  await browser.offline(false);
  await dialog().getByText('已催办 3 件').waitFor({ timeout: 90_000 });
  for (const id of some) {
    const { reminders, events } = await ticketOf(id);
    assert.deepEqual([reminders, events.at(-1).transition], [1, 'T16']);
  }
  await dialog().getByRole('button', { name: '知道了' }).click();
});

test('orders: one a sheet with the code that opens it, or a list of the unit; nothing of what its unit must not hear of', { timeout: 240_000 }, async () => {
  const hidden = (await office.list('/api/v1/tickets?state=declined'))[0].id;
  await go(`#/paper/orders?ids=${[...ids, hidden].join(',')}`);
  await page.getByText(`${ids.length} 件，${ids.length} 页`).waitFor();
  await page.getByText('1 件没有打印').waitFor();
  await page.getByRole('button', { name: '打印', exact: true }).waitFor({ timeout: 60_000 });
  await expectEventually(() => page.getByRole('button', { name: '打印', exact: true }).isEnabled(), 'the photos are on their sheets');
  await shot('5-orders');
  const keep = (name) => (process.env.LALIAN_SHOTS ? { keep: join(process.env.LALIAN_SHOTS, name) } : {});
  const sheets = await printed(page, keep('orders.pdf'));
  assert.match(sheets.size, /A4/);
  assert.equal(sheets.sheets, ids.length, 'one sheet each and no empty one');
  assert.deepEqual(sheets.codes.flat().sort(), ids.map((id) => `${county.url}/#/tickets/${id}`).sort(), 'every code reads back');
  const words = sheets.words.map((text) => text.replace(/\s/g, ''));
  for (const id of ids) {
    const { number, title } = await ticketOf(id);
    const own = words.find((text) => text.includes(number));
    assert.ok(own?.includes(title) && own.includes('签收签名') && own.includes('整改期限') && own.includes('示例数据'), `the sheet of ${number}`);
  }
  await page.getByRole('button', { name: '每单位一份清单' }).click();
  const pages = Math.ceil(ids.length / 8);
  await page.getByText(`${ids.length} 件，${pages} 页`).waitFor();
  await expectEventually(() => page.getByRole('button', { name: '打印', exact: true }).isEnabled(), 'the thumbnails are on the list');
  const list = await printed(page, { columns: 2, rows: 4, ...keep('order-list.pdf') });
  assert.equal(list.sheets, pages);
  const text = list.words.join(' ').replace(/\s/g, '');
  for (const id of ids) assert.ok(text.includes((await ticketOf(id)).number));
  assert.match(text, /签收签名/);
  await shot('6-list');
  await go('#/paper/orders');
  await page.getByText('还没有选整改单').waitFor();
  assert.deepEqual(browser.complaints(), []);
});

test('the ledger is the list as it is filtered', { timeout: 120_000 }, async () => {
  await go('#/tickets?state=issued');
  const button = page.getByRole('button', { name: '导出台账' });
  await button.waitFor();
  const download = page.waitForEvent('download');
  await button.click();
  const file = await download;
  assert.match(file.suggestedFilename(), /^示例数据-整改台账-\d{4}-\d\d-\d\d\.xlsx$/);
  const bytes = await readFile(await file.path());
  assert.equal(bytes.subarray(0, 2).toString(), 'PK', 'a workbook');
  assert.ok(bytes.length > 2_000);
});

test('an order that was signed on paper counts from when it was signed', { timeout: 240_000 }, async () => {
  const [id] = ids;
  const clerk = await arrive(county, 'desk_officer');
  try {
    const at = clerk.page;
    await open(clerk, '/');
    await open(clerk, `/tickets/${id}`);
    await at.getByRole('button', { name: '录入签收单' }).click();
    const sheet = at.getByRole('dialog');
    await sheet.getByRole('button', { name: '提交签收单' }).click();
    await sheet.getByText('请拍下或选择签字页的照片').waitFor();
    const file = join(folder, 'signed.jpg');
    await writeFile(file, photo(31));
    await takePhoto(at, sheet, file);
    await sheet.getByLabel('签收人（照单上的签名）').fill('示例签收人');
    const { issued_at } = await ticketOf(id);
    const local = (moment) => new Date(moment + 8 * 3_600_000).toISOString().slice(0, 16);
    await sheet.getByLabel('签收时间（照单上写）').fill(local(Date.parse(issued_at) - 3_600_000));
    await sheet.getByRole('button', { name: '提交签收单' }).click();
    await sheet.getByText('签收时间不能早于交办时间').waitFor();
    const signed = local(Date.now());
    await sheet.getByLabel('签收时间（照单上写）').fill(signed);
    if (process.env.LALIAN_SHOTS) await at.screenshot({ path: join(process.env.LALIAN_SHOTS, 'lists-7-signed.png') });
    await sheet.getByRole('button', { name: '提交签收单' }).click();
    await expectEventually(async () => (await ticketOf(id)).state === 'in_progress', 'accepted');
    const now = await ticketOf(id);
    const accepted = now.events.find((event) => event.transition === 'T5');
    assert.equal(accepted.data.signed_by, '示例签收人');
    await expectEventually(async () => (await ticketOf(id)).sheets[0]?.state === 'stored', 'the photo of the sheet arrives');
    await expectEventually(async () => (await at.getByText('凭签字的交办单签收').count()) > 0, 'the history says so');
    assert.deepEqual(clerk.complaints(), []);
  } finally {
    await clerk.close();
  }
});
