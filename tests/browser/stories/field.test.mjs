// Screens that the main job passes by, in the field: a check on the spot, a correction, a new password, a village cadre's home.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { demoSites, fillCounty, TOWNSHIP } from '../lib/fixture.mjs';
import { drawing } from '../lib/jpeg.mjs';
import { InspectorPhone, takePhoto } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { arrive, open } from '../lib/walk.mjs';

const sites = demoSites().filter((one) => one.township === TOWNSHIP);
const at = ({ longitude, latitude }) => ({ longitude, latitude, accuracy: 8 });
let county;
let filled;
let office;
let folder;
let photo;
const browsers = [];
const come = async (...who) => {
  const browser = await arrive(county, ...who);
  browsers.push(browser);
  return browser;
};
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-field-'));
  county = await demo();
  office = await desk(county.url, county.login('office'));
});
after(async () => {
  for (const one of browsers) await one.close().catch(() => undefined);
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});
/** What is new at the county is asked for now, as when a phone finds a signal. */
const wake = (page) => page.evaluate(() => dispatchEvent(new Event('online')));
/** The phone goes into the pocket: what was handed in is sealed at once. */
async function pocket(page) {
  await new InspectorPhone(page).undoBar().waitFor();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide')));
  await page.getByText('已完成，保存在本机').waitFor();
}
const operationOf = (id, what) => expectEventually(() => office.get(`/api/v1/operations/${id}`).catch(() => null), what);
const idOf = (page) => page.evaluate(() => location.hash.split('/').at(-1).split('?')[0]);

test('who stands at the site checks a repair in front of it; who found it cannot', { timeout: 300_000 }, async () => {
  const finder = await come('inspector', { position: at(sites[0]) });
  photo = join(folder, 'photo.jpg');
  const bytes = await readFile(await drawing(finder.page, photo, 40));
  filled = await fillCounty(county, { photo: (nth) => Buffer.concat([bytes, Buffer.from([nth])]) });
  const ticket = await office.get(`/api/v1/tickets/${filled.tickets.waiting}`);
  await wake(finder.page);
  await open(finder, `/ticket/${ticket.id}`);
  await finder.page.getByText('这个问题是您发现的').waitFor();
  assert.equal(await finder.page.getByRole('button', { name: '提交核查结果' }).count(), 0);

  const site = await office.get(`/api/v1/sites/${ticket.site_id}`);
  const other = await come('inspector', { nth: 1, position: { longitude: site.lon, latitude: site.lat, accuracy: 8 } });
  const { page } = other;
  await open(other, `/site/${site.id}`);
  await page.getByRole('link').filter({ hasText: ticket.title }).filter({ hasText: '在这里核查' }).first().click();
  await expectEventually(() => page.locator('.pair img').evaluateAll((all) => all.length >= 2 && all.every((img) => img.naturalWidth > 0)), 'before and after');
  await page.getByRole('button', { name: '提交核查结果' }).click();
  await page.getByText('请先选“确实改好了”或“还没改好”。').waitFor();
  await page.getByRole('radio', { name: '还没改好' }).click();
  await page.getByRole('button', { name: '提交核查结果' }).click();
  await page.getByText('请选一下哪里没改好。').waitFor();
  await page.getByRole('radio', { name: '确实改好了' }).click();
  await page.getByRole('button', { name: '拍照', exact: true }).click();
  await takePhoto(page, page.locator('main'));
  await page.getByRole('button', { name: '提交核查结果' }).click();
  await pocket(page);
  const { body } = await operationOf(await idOf(page), 'the verdict at the county');
  assert.deepEqual([body.payload.verdict, body.payload.reason, body.payload.on_site, body.files.length], ['passed', null, true, 1]);
  assert.ok(body.payload.position.accuracy_m <= 10, 'it says where the verdict was given');
  assert.equal((await office.get(`/api/v1/tickets/${ticket.id}`)).state, 'closed');
  assert.deepEqual([...finder.complaints(), ...other.complaints()], []);
});

test('an own visit is corrected within 72 hours, with a reason', { timeout: 300_000 }, async () => {
  const site = sites.find((one) => one.kind === 'bus_shelter' && one.village.endsWith('207'));
  const browser = browsers[0];
  const { page } = browser;
  await browser.context.setGeolocation(at(site));
  const inspector = new InspectorPhone(page);
  await inspector.openSite(site.code);
  await inspector.beginVisit();
  const item = await inspector.fail(0, photo);
  await inspector.passTheRest();
  await inspector.handIn();
  await pocket(page);
  const first = await idOf(page);
  await open(browser, '/mine');
  await page.locator(`a[href="#/mine/${first}"]`).click();
  await page.getByText('县里已收到').first().waitFor();
  await wake(page);
  await page.getByText(/前可以更正/).waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: '更正', exact: true }).click();
  await page.getByText('更正检查').first().waitFor();
  const folded = page.locator('section[data-group] h2 button[aria-expanded="false"]');
  while (await folded.count()) await folded.last().click();
  await page.locator(`[id="${item}"]`).getByRole('radio', { name: '合格', exact: true }).click();
  await page.getByRole('button', { name: '看一遍，准备提交' }).click();
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await page.getByText('请写一下为什么更正。').waitFor();
  await page.getByRole('button', { name: '选错了答案' }).click();
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await pocket(page);
  const { body } = await operationOf(await idOf(page), 'the correction at the county');
  assert.deepEqual([body.kind.split('/')[0], body.payload.reason], ['inspection.correct', '选错了答案']);
  const visit = await office.get(`/api/v1/inspections/${body.payload.inspection_id}`);
  assert.deepEqual([visit.revisions.length, visit.answers.filter((one) => one.result === 'fail').length], [2, 0]);
  assert.deepEqual(browser.complaints(), []);
});

test('a new password: each fault said in words, the old one is worth nothing afterwards', { timeout: 180_000 }, async () => {
  const { login, password } = county.login('desk_officer');
  const browser = await come('desk_officer');
  const { page } = browser;
  await open(browser, '/me');
  await page.getByRole('link', { name: '修改密码' }).click();
  const change = async (current, next, repeat, says) => {
    await page.getByLabel('当前密码').fill(current);
    await page.getByLabel('新密码', { exact: true }).fill(next);
    await page.getByLabel('再输一次新密码').fill(repeat);
    await page.getByRole('button', { name: '保存新密码' }).click();
    await page.getByText(says).waitFor();
  };
  const next = 'wuyue-heliu-zhaoze-42';
  await change(password, 'short', 'short', '新密码至少 10 位。');
  await change(password, next, `${next}x`, '两次输入的新密码不一样。');
  await change('not-the-password', next, next, '当前密码不对，请再试一次。');
  await change(password, '1234567890', '1234567890', '不要只用数字');
  await change(password, next, next, '密码已修改。');
  await page.waitForFunction(() => location.hash === '#/me');
  await desk(county.url, { login, password: next });
  await assert.rejects(desk(county.url, { login, password }), /401|unauth|password|密码/i);
  assert.deepEqual(browser.complaints(), []);
});

test('a village cadre sees the village’s own tickets, repairs one and leaves the signing to the township', { timeout: 300_000 }, async () => {
  const cadre = await desk(county.url, county.login('village_cadre'));
  const deputy = await desk(county.url, county.login('deputy_leader'));
  const inspector = await desk(county.url, county.login('inspector'));
  const { village_name } = cadre.me.posts[0];
  const here = sites.find((one) => one.village === '519901001001');
  const site = await office.get(`/api/v1/sites/by-code/${here.code}`);
  await inspector.operate(
    'finding.report/1',
    { finding_id: randomUUID(), site_id: site.id, item_code: null, instance_key: '', title: '门口台阶松动', note: '', severity: 'minor', is_static: true, position: null, fixed_on_spot: false },
    { files: [{ bytes: await readFile(photo), role: 'before' }] },
  );
  const ticket = await expectEventually(async () => (await office.list('/api/v1/tickets?state=pending')).find((one) => one.title === '门口台阶松动'), 'the ticket');
  const unit = { unit_kind: 'township', unit_id: ticket.township_id, severity: null, is_static: null, deadline_days: null, note: '' };
  await office.operate('ticket.issue/1', { ticket_id: ticket.id, seen_version: ticket.version, ...unit });

  const browser = await come('village_cadre', { position: at(here) });
  const { page } = browser;
  await page.getByRole('heading', { name: `${village_name}的整改任务` }).waitFor();
  await page.locator('a[href^="#/tickets/"]').first().waitFor();
  assert.deepEqual(await page.locator('a[href^="#/tickets/"]').evaluateAll((all) => all.map((one) => one.hash.split('/').at(-1))), [ticket.id], 'nothing of other villages');
  await open(browser, `/tickets/${ticket.id}`);
  assert.equal(await page.getByRole('button', { name: '签收', exact: true }).count(), 0, 'the township accepts');
  const { version } = await deputy.get(`/api/v1/tickets/${ticket.id}`);
  await deputy.operate('ticket.accept/1', { ticket_id: ticket.id, seen_version: version, person_named: village_name });
  await wake(page);
  await page.getByRole('button', { name: '拍整改后照片' }).first().click({ timeout: 60_000 });
  const sheet = page.getByRole('dialog');
  await takePhoto(page, sheet);
  await sheet.getByRole('button', { name: '上传整改照片' }).click();
  const repaired = await expectEventually(async () => {
    const now = await office.get(`/api/v1/tickets/${ticket.id}`);
    return now.after.length > 0 && now;
  }, 'the repair at the county');
  assert.equal(repaired.state, 'in_progress', 'it is the township that signs');
  assert.deepEqual(browser.complaints(), []);
});
