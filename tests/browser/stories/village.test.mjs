// The village without an account: a link in a chat, a photo in a chat app's browser, taken over by the desk, signed by the deputy. And every way that a link ends.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { phone, PHONE } from '../lib/chromium.mjs';
import { drawings } from '../lib/jpeg.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { arrive, open } from '../lib/walk.mjs';

/** As a chat app's browser names itself. */
const CHAT = 'Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/111.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.48';

let county;
let folder;
let photo;
let clerk;
const at = {};
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-village-'));
  county = await demo();
  for (const role of ['office', 'inspector', 'deputy_leader', 'desk_officer']) at[role] = await desk(county.url, county.login(role));
  clerk = await arrive(county, 'desk_officer');
  browsers.push(clerk);
  photo = await drawings(clerk.page, folder, 12);
});
after(async () => {
  for (const one of browsers) await one.close().catch(() => undefined);
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

async function shot({ page }, name, fullPage = true) {
  if (process.env.LALIAN_SHOTS) await page.screenshot({ path: join(process.env.LALIAN_SHOTS, `village-${name}.png`), fullPage });
}
const ticketOf = (id) => at.office.get(`/api/v1/tickets/${id}`);
const step = async (who, kind, id, more) => who.operate(kind, { ticket_id: id, seen_version: (await who.get(`/api/v1/tickets/${id}`)).version, ...more });
let drawn = 0;
async function picture() {
  const file = join(folder, `picture-${(drawn += 1)}.jpg`);
  await writeFile(file, photo(drawn));
  return file;
}
async function given(title) {
  const township_id = at.desk_officer.me.posts[0].unit_id;
  const site = (await at.inspector.list(`/api/v1/sites?township_id=${township_id}`))[0];
  const position = { lon: site.lon, lat: site.lat, accuracy_m: 8, fixed_at: new Date().toISOString(), source: 'browser', datum: 'WGS84' };
  const finding = { finding_id: randomUUID(), site_id: site.id, item_code: null, instance_key: '', title, note: '', severity: 'minor', is_static: true, position, fixed_on_spot: false };
  await at.inspector.operate('finding.report/1', finding, { files: [{ bytes: photo((drawn += 1)), role: 'before', position }] });
  const id = await expectEventually(async () => (await at.office.list('/api/v1/tickets?state=pending')).find((one) => one.title === title)?.id, `the ticket ${title}`);
  await step(at.office, 'ticket.issue/1', id, { unit_kind: 'township', unit_id: township_id, severity: null, is_static: true, deadline_days: 3, note: '' });
  await step(at.deputy_leader, 'ticket.accept/1', id, { person_named: '示例人员' });
  return id;
}
/** The desk makes a link at a ticket; gives back its address as it would be pasted. */
async function link(id) {
  await open(clerk, '/');
  await open(clerk, `/tickets/${id}`);
  await clerk.page.getByRole('button', { name: /^(生成拍照链接|再生成一个链接)$/ }).click();
  const sheet = clerk.page.getByRole('dialog');
  const text = await sheet.locator('p.text').textContent();
  await shot(clerk, 'link', false);
  await clerk.page.keyboard.press('Escape');
  return /https?:\/\/\S+#\/v\/[A-Za-z0-9_-]{43}/.exec(text)[0];
}
/** Somebody of the village, in a chat app. */
async function stranger(address) {
  const browser = await phone({ origin: county.url, viewport: PHONE, userAgent: CHAT });
  browsers.push(browser);
  const page = await browser.page();
  const asked = [];
  page.on('request', (request) => asked.push(request));
  await page.goto(address);
  return { ...browser, page, asked };
}
async function choose(page, ...files) {
  for (const file of files) await page.locator('input[type="file"]').first().setInputFiles(file);
}

test('a photo by a link becomes the desk’s report, with who took it, and nothing of the app is left on that phone', { timeout: 240_000 }, async () => {
  const id = await given('村口宣传栏玻璃破损');
  const { version } = await ticketOf(id);
  const address = await link(id);
  const villager = await stranger(address);
  const { page } = villager;
  await page.getByRole('heading', { name: '村口宣传栏玻璃破损' }).waitFor();
  await page.getByAltText('原来的样子').waitFor({ timeout: 60_000 });
  await shot(villager, 'open');
  assert.equal((await ticketOf(id)).version, version, 'opening it changes nothing');
  // Nothing goes off half filled in.
  await page.getByRole('button', { name: '发给乡镇' }).click();
  await page.getByText('请先拍一张照片。').waitFor();
  await page.getByText('请写您的姓名。').waitFor();
  await shot(villager, 'empty');
  await choose(page, await picture(), await picture());
  await page.getByText('已选 2 张，最多 6 张').waitFor();
  await page.getByLabel('您的姓名').fill('王大爷');
  await page.getByLabel('说明（可不填）').fill('玻璃换好了');
  await villager.offline(true);
  await page.getByRole('button', { name: '发给乡镇' }).click();
  await page.getByText('照片还在这个页面里', { exact: false }).waitFor();
  await shot(villager, 'offline');
  await villager.offline(false);
  await page.getByRole('button', { name: '再发一次' }).click();
  await page.getByText('已发给乡镇，谢谢您！').waitFor({ timeout: 60_000 });
  await shot(villager, 'sent');
  // No account, no cookie, no database, no worker; the token is in no address that a server would log.
  const left = await page.evaluate(async () => ({ cookie: document.cookie, databases: (await indexedDB.databases()).length, workers: (await navigator.serviceWorker.getRegistrations()).length }));
  assert.deepEqual(left, { cookie: '', databases: 0, workers: 0 });
  const token = address.split('/v/')[1];
  for (const request of villager.asked) assert.ok(!request.url().replace(/#.*$/, '').includes(token), request.url());
  assert.equal((await ticketOf(id)).state, 'in_progress', 'the village signs nothing');

  await open(clerk, '/');
  await clerk.page.getByText('村里发来 1 份').waitFor({ timeout: 60_000 });
  await shot(clerk, 'home');
  await open(clerk, `/tickets/${id}`);
  await clerk.page.getByText('王大爷 发来 2 张照片').waitFor();
  await clerk.page.getByAltText('王大爷 拍的第 1 张').waitFor({ timeout: 60_000 });
  await shot(clerk, 'drafts');
  await clerk.page.getByRole('button', { name: '采用', exact: true }).click();
  await clerk.page.getByText('已采用为整改反馈，等签字提交。').waitFor();
  const taken = await expectEventually(async () => (await ticketOf(id)).attempt_list.find((one) => one.taken_by === '王大爷'), 'the attempt');
  assert.equal(taken.photos.length, 2);
  assert.ok(taken.photos.every((one) => one.state === 'stored'), 'the county has them already');
  // Sealed by the desk, received by the county, nothing stuck in its outbox.
  await expectEventually(async () => (await clerk.page.locator('a[href="#/outbox"]').first().textContent())?.includes('全部已上传'), 'nothing waits');
  await shot(clerk, 'adopted');
});

test('a link that was taken back says so calmly, like one that never was; a draft that does not fit is left out with a reason', { timeout: 180_000 }, async () => {
  const id = await given('公厕门锁损坏');
  const address = await link(id);
  const villager = await stranger(address);
  await choose(villager.page, await picture());
  await villager.page.getByLabel('您的姓名').fill('李嫂');
  await villager.page.getByRole('button', { name: '发给乡镇' }).click();
  await villager.page.getByText('已发给乡镇，谢谢您！').waitFor({ timeout: 60_000 });
  await open(clerk, '/');
  await open(clerk, `/tickets/${id}`);
  await clerk.page.getByRole('button', { name: '不用', exact: true }).click();
  const sheet = clerk.page.getByRole('dialog');
  await sheet.getByRole('button', { name: '看不清' }).click();
  await sheet.getByRole('button', { name: '不用', exact: true }).click();
  await expectEventually(async () => (await clerk.page.getByText('李嫂 发来 1 张照片').count()) === 0, 'it is gone');
  assert.deepEqual((await ticketOf(id)).attempt_list, []);
  await clerk.page.getByRole('button', { name: '收回', exact: true }).click();
  await clerk.page.getByRole('button', { name: '生成拍照链接' }).waitFor();
  for (const gone of [address, `${county.url}/#/v/${'A'.repeat(43)}`, `${county.url}/#/v/short`]) {
    await villager.page.goto('about:blank');
    await villager.page.goto(gone);
    await villager.page.getByText('这个链接已经不能用了').waitFor();
  }
  await shot(villager, 'ended');
  for (const browser of [villager, clerk]) assert.deepEqual(browser.complaints().filter((one) => !/404/.test(one)), []);
});
