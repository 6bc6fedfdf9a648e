// What comes to a duty: counted in the bar, in short, one by one, readable without a signal; who looked is nobody's business. And what leaves for
// chat groups: counts and an address, by a robot's channel, by hand, by a knock that says nothing.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { fillCounty } from '../lib/fixture.mjs';
import { drawings } from '../lib/jpeg.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { arrive, open, settled } from '../lib/walk.mjs';

const ROBOT = 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa';

let county;
let folder;
let office;
let clerk;
let deputy;
let clerkPhone;
let officeDesk;
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-notices-'));
  county = await demo();
  officeDesk = await arrive(county, 'office');
  browsers.push(officeDesk);
  [office, clerk, deputy] = await Promise.all(['office', 'desk_officer', 'deputy_leader'].map((role) => desk(county.url, county.login(role))));
  await fillCounty(county, { photo: await drawings(officeDesk.page, folder, 23) });
  // Notices follow their events by a job.
  await expectEventually(async () => (await clerk.list('/api/v1/notices')).some((one) => one.kind === 'returned'), 'the notices of the first day', 300_000);
  clerkPhone = await arrive(county, 'desk_officer');
  browsers.push(clerkPhone);
});
after(async () => {
  for (const one of browsers) await one.close().catch(() => undefined);
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** A screen as it stands, for whoever looks at the pictures. */
async function shot({ page }, name) {
  if (process.env.LALIAN_SHOTS) await page.screenshot({ path: join(process.env.LALIAN_SHOTS, `notices-${name}.png`) });
}
const unseen = async (who) => (await who.get('/api/v1/notices/counts')).unseen;
const complaints = () => assert.deepEqual(browsers.flatMap((one) => one.complaints()), []);

test('a desk officer sees what came, opens one, and only that one is seen', { timeout: 300_000 }, async () => {
  const { page } = clerkPhone;
  const [returned] = await clerk.list('/api/v1/notices?kind=returned');
  await open(clerkPhone, '/');
  await page.getByRole('link', { name: /^消息，\d+ 条未看$/ }).click();
  await page.getByRole('heading', { name: '消息摘要' }).waitFor();
  await settled(clerkPhone);
  await shot(clerkPhone, 'inbox');
  // One line a kind; a tap shows its rows only.
  await page.locator('a[href="#/inbox?kind=returned"]').click();
  await page.getByRole('heading', { name: '只看：退回重改' }).waitFor();
  await page.locator(`a.row[href="#/tickets/${returned.ticket.id}"]`).click();
  await page.waitForURL(`**/#/tickets/${returned.ticket.id}`);
  const seen = async (who, notice) => (await who.list(`/api/v1/notices?ticket_id=${notice.ticket.id}`)).filter((one) => one.seen).map((one) => one.kind);
  await expectEventually(async () => (await seen(clerk, returned)).join() === 'returned', 'one notice seen, and no other of the same ticket');
  // The mark is its reader's own.
  assert.deepEqual(await seen(deputy, returned), []);
  complaints();
});

test('without a signal the inbox is as it was, and marks made there are told later', { timeout: 300_000 }, async () => {
  const { page } = clerkPhone;
  await open(clerkPhone, '/inbox');
  await clerkPhone.offline(true);
  await page.reload();
  await page.getByText(/^现在连不上，显示的是/).waitFor();
  const fresh = page.locator('a.row.fresh').first();
  await fresh.waitFor();
  await shot(clerkPhone, 'offline');
  const rows = await page.locator('a.row.fresh').count();
  await fresh.click();
  await page.waitForFunction(() => location.hash.startsWith('#/tickets/'));
  await page.goBack();
  await expectEventually(async () => (await page.locator('a.row.fresh').count()) === rows - 1, 'one row less that nobody looked at');
  const marks = async () => (await clerk.list('/api/v1/notices?unseen=false')).length;
  const before = await marks();
  await clerkPhone.offline(false);
  await expectEventually(async () => (await marks()) === before + 1, 'the mark told');
  await open(clerkPhone, '/inbox');
  await page.getByRole('button', { name: '全部标为看过' }).click();
  await page.getByText('已全部标为看过').waitFor();
  await expectEventually(async () => (await unseen(clerk)) === 0, 'nothing that is not seen');
  complaints();
});

test('text and picture for a chat group are counts and an address', { timeout: 300_000 }, async () => {
  const { page } = clerkPhone;
  const text = await clerk.get('/api/v1/notices/digest-text');
  await open(clerkPhone, '/');
  await page.getByRole('link', { name: '发到工作群' }).click();
  await expectEventually(async () => (await page.getByLabel('要发的文字').inputValue()) === `【示例数据】${text.zh}\n${county.url}/#/inbox`, 'the words of the county');
  const picture = page.getByAltText(/的整改件数/);
  await expectEventually(async () => picture.evaluate((img) => img.complete && img.naturalWidth === 1080), 'a picture of 1080 px');
  await shot(clerkPhone, 'share');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: '保存图片' }).click();
  const saved = await download;
  assert.match(saved.suggestedFilename(), /^整改提醒-.+\.png$/);
  const bytes = await readFile(await saved.path());
  assert.equal(bytes.readUInt32BE(16), 1080);
  // Nobody is named, and the address opens nothing by itself.
  const people = await office.list('/api/v1/people');
  for (const { name } of people) assert.ok(!text.zh.includes(name), name);
  assert.doesNotMatch(text.zh, /token|code=|[0-9a-f]{8}-[0-9a-f]{4}/);
  complaints();
});

test('the office adds a robot; its address is never shown again, and what does not leave says why', { timeout: 300_000 }, async () => {
  const { page } = officeDesk;
  await open(officeDesk, '/channels');
  await page.getByRole('button', { name: '新增通道' }).first().click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: '保存' }).click();
  await sheet.getByText('请贴上机器人地址').waitFor();
  await sheet.getByLabel('哪个单位的').selectOption({ index: 2 });
  await sheet.getByLabel('名称').fill('示例工作群');
  await sheet.getByLabel('机器人地址').fill(ROBOT.replace('https:', 'http:'));
  await sheet.getByRole('button', { name: '保存' }).click();
  await sheet.locator('.field [role="alert"]').first().waitFor();
  await shot(officeDesk, 'refused');
  await sheet.getByLabel('机器人地址').fill(ROBOT);
  await sheet.getByRole('button', { name: '保存' }).click();
  await sheet.waitFor({ state: 'hidden' });
  const card = page.getByRole('article', { name: '示例工作群' });
  await card.waitFor();
  assert.ok(!(await page.content()).includes('693a91f6'), 'the key of the robot is not on the page');
  await card.getByRole('button', { name: /^试发一条/ }).click();
  await card.getByText('没有发出去', { exact: true }).waitFor({ timeout: 60_000 });
  await shot(officeDesk, 'channels');
  await card.getByRole('button', { name: /^暂停/ }).click();
  await card.getByText('已暂停').waitFor();
  await card.getByRole('link', { name: /^发送记录/ }).click();
  await page.getByText(/试发 · /).first().waitFor();
  await shot(officeDesk, 'messages');
  await open(officeDesk, '/channels');
  await card.getByRole('button', { name: /^删除/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await card.waitFor({ state: 'detached' });
  complaints();
});

test('templates say counts only, and show what would leave', { timeout: 300_000 }, async () => {
  const { page } = officeDesk;
  await open(officeDesk, '/channels/rules');
  const box = page.getByRole('textbox', { name: '每天汇总（各单位）' });
  await box.fill('今天 {person} 请注意');
  await page.getByText('没有这个内容：{person}').waitFor();
  await box.fill('');
  await page.getByRole('button', { name: '逾期', exact: true }).first().click();
  assert.equal(await box.inputValue(), '{overdue}');
  await expectEventually(async () => /\d+$/.test((await page.locator('figure p').first().textContent()).trim()), 'the number that would leave');
  await page.getByLabel(/^为什么改/).fill('群里要短一点');
  await shot(officeDesk, 'rules');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByText('已保存', { exact: true }).waitFor();
  const { settings } = await office.get('/api/v1/settings');
  assert.equal(settings.notices.digest_template, '{overdue}');
  complaints();
});

test('a push is a knock without words, for those who switched it on', { timeout: 300_000 }, async () => {
  const { page, context } = clerkPhone;
  await context.grantPermissions(['notifications', 'geolocation', 'camera'], { origin: county.url });
  // This browser has no push service: what it would answer.
  await page.evaluate(() => {
    let now = null;
    PushManager.prototype.getSubscription = async () => now;
    PushManager.prototype.subscribe = async (options) => {
      now = { endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/example', options: { applicationServerKey: options.applicationServerKey.buffer }, unsubscribe: async () => ((now = null), true) };
      return now;
    };
  });
  await open(clerkPhone, '/me');
  await page.getByRole('button', { name: '打开提醒' }).click();
  await page.getByRole('button', { name: '关掉提醒' }).waitFor();
  assert.equal((await clerk.get('/api/v1/notices/push')).on, 1);
  await shot(clerkPhone, 'push');
  const cdp = await context.newCDPSession(page);
  const registration = new Promise((known) => cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && known(registrations[0].registrationId)));
  await cdp.send('ServiceWorker.enable');
  await cdp.send('ServiceWorker.deliverPushMessage', { origin: county.url, registrationId: await registration, data: '不该出现的内容' });
  const shown = await expectEventually(() => page.evaluate(async () => {
    const found = await (await navigator.serviceWorker.ready).getNotifications();
    return found.length > 0 && found.map(({ title, body }) => [title, body]);
  }), 'the notification');
  assert.deepEqual(shown, [['拉练通', '有新的待办']]);
  await page.getByRole('button', { name: '关掉提醒' }).click();
  await page.getByRole('button', { name: '打开提醒' }).waitFor();
  assert.equal((await clerk.get('/api/v1/notices/push')).on, 0);
  complaints();
});
