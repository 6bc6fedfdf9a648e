// One phone and what it is trusted with: the check before leaving, several people, the screen lock, leaving with unsent work, the file for the
// office, an app that is too old, a chat app's browser.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { installed, phone } from '../lib/chromium.mjs';
import { writeJpeg } from '../lib/jpeg.mjs';
import { slowLink } from '../lib/link.mjs';
import { InspectorPhone, logIn, takePhoto } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';

const position = { longitude: 104.9773, latitude: 30.2854, accuracy: 8 };
const DINGTALK = 'Mozilla/5.0 (Linux; U; Android 13; zh-CN; X) AppleWebKit/537.36 Version/4.0 Chrome/100.0 UWS/3.22 Mobile Safari/537.36 AliApp(DingTalk/7.6.0) com.alibaba.android.rimet/1';
const WECHAT = 'Mozilla/5.0 (Linux; Android 14; X) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.50';

let county;
let folder;
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-one-phone-'));
  county = await demo();
});
after(async () => {
  for (const one of browsers) await one.close().catch(() => undefined);
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

async function open(url = county.url) {
  const device = await phone({ origin: url, position });
  browsers.push(device);
  const page = await device.page();
  await page.goto(url);
  return { device, page };
}

async function ready(url = county.url) {
  const { device, page } = await open(url);
  await logIn(page, county.login('inspector'));
  await installed(page);
  await new InspectorPhone(page).sites();
  return { device, page };
}

const goTo = (page, hash) => page.evaluate((to) => {
  location.hash = to;
}, hash);
const text = (page) => page.locator('body').innerText();
const says = (page, words, what = `the words ${words}`) => expectEventually(async () => (typeof words === 'string' ? (await text(page)).includes(words) : words.test(await text(page))), what);

async function signInAs(page, { login, password }) {
  await page.locator('input[autocomplete~="username"]').fill(login);
  await page.locator('input[autocomplete~="current-password"]').fill(password);
  await page.locator('form button[type="submit"]').click();
}

/** A problem by the road, sealed without a signal. */
async function reportOffline(device, page) {
  await device.offline(true);
  await goTo(page, '#/finding');
  await page.locator('main input[type="text"], main textarea').first().fill('路灯杆倾斜');
  await page.getByRole('button', { name: '提交问题' }).click();
  await says(page, '已提交');
  await goTo(page, '#/outbox');
  await says(page, /1 件.*还只在这台手机上/);
}

test('before leaving: every line that can be good is good, and nothing is demanded', { timeout: 120_000 }, async () => {
  const { device, page } = await ready();
  await page.getByRole('link', { name: '出发前检查' }).click();
  await says(page, /可以出发/);
  assert.doesNotMatch(await text(page), /要处理|先别走/);
  await says(page, '存下并核对成功');
  await says(page, '拉练通已存在本机');
  await page.getByRole('button', { name: '带上附近点位的照片' }).click();
  await says(page, /最近的 \d+ 个点位/);
  await device.offline(true);
  await page.reload();
  await says(page, /可以出发/);
  assert.deepEqual(device.complaints(), []);
});

test('two people on one phone: leaving keeps what is unsent, the next one sends it and sees only a number, two taps change the person', { timeout: 180_000 }, async () => {
  const { device, page } = await ready();
  const [first, second] = [county.login('inspector'), county.login('inspector', 1)];
  await reportOffline(device, page);

  // A screen lock, then out of the door.
  await goTo(page, '#/pin');
  await page.locator('main input').nth(0).fill('135790');
  await page.locator('main input').nth(1).fill('135790');
  await page.getByRole('button', { name: '设好屏幕锁' }).click();
  await page.getByRole('button', { name: '退出登录' }).click();
  await says(page, /还有 1 件没上传。退出后会锁在这台手机里/);
  await page.getByRole('dialog').getByRole('button', { name: '退出登录' }).click();
  await page.locator('input[autocomplete~="username"]').waitFor();
  assert.doesNotMatch(await text(page), new RegExp(first.login));

  await device.offline(false);
  await signInAs(page, second);
  await new InspectorPhone(page).sites();
  await goTo(page, '#/mine');
  await says(page, '还没有检查');
  await goTo(page, '#/me');
  await says(page, '这台手机上的人');
  // Whoever holds the phone lets it send for all; then nothing of the first one is left to count.
  await expectEventually(async () => !(await text(page)).includes('没上传 1 件'), 'the first one’s work to be sent');

  // Back: the password, and it is all there.
  await goTo(page, '#/signin?other=1');
  await signInAs(page, first);
  await new InspectorPhone(page).sites();
  await goTo(page, '#/outbox');
  await says(page, /县里已收到/);

  // Two taps: "me", the other person.
  await page.goto(`${county.url}/#/`);
  await page.getByRole('link', { name: '我的', exact: true }).click();
  await page.getByRole('button', { name: /^换成/ }).click();
  await page.locator('a[href*="#/site/"]').first().waitFor();
  await goTo(page, '#/me');
  await says(page, second.login);
  assert.deepEqual(device.complaints(), []);
});

const slip = ({ login, password }) => `#/signin?${new URLSearchParams({ login, code: password })}`;
const filled = (page, { login }) => expectEventually(async () => (await page.locator('input[autocomplete~="username"]').inputValue()) === login, `the account ${login} to be filled in`);

test('a slip’s link on a phone that somebody else uses is a sign-in of its own account, and what the other one has unsent stays', { timeout: 180_000 }, async () => {
  const { device, page } = await ready();
  const [first, second] = [county.login('inspector'), county.login('inspector', 1)];
  await reportOffline(device, page);
  await goTo(page, slip(second));
  await says(page, '账号和登录码已填好');
  await filled(page, second);
  assert.doesNotMatch(await text(page), /登录已过期/, 'nobody’s sign-in has run out');
  await says(page, /没上传的内容还留在这台手机里/);
  await expectEventually(async () => !page.url().includes('code='), 'the code to leave the address');
  if (process.env.LALIAN_SHOTS) await page.screenshot({ path: join(process.env.LALIAN_SHOTS, 'slip-other.png'), fullPage: true });
  await device.offline(false);
  await page.locator('form button[type="submit"]').click();
  await new InspectorPhone(page).sites();
  await goTo(page, '#/me');
  await says(page, second.login);

  await goTo(page, '#/people');
  await page.getByRole('button', { name: /^换成/ }).click();
  await new InspectorPhone(page).sites();
  await goTo(page, '#/me');
  await says(page, first.login);
  await goTo(page, '#/outbox');
  await says(page, /县里已收到/);

  // Somebody whose first password is not chosen yet has the phone: the slip of another one is no dead end either.
  const office = await desk(county.url, county.login('office'));
  const made = await office.post('/api/v1/people', { login: '13900000071', name: '示例丙', posts: [{ role: 'inspector', unit_id: office.me.posts[0].unit_id }] });
  const { code } = await office.post(`/api/v1/people/${made.id}/code`);
  await goTo(page, slip({ login: '13900000071', password: code }));
  await filled(page, { login: '13900000071' });
  await page.locator('form button[type="submit"]').click();
  await says(page, '请先设自己的密码');
  await goTo(page, slip(second));
  await filled(page, second);
  await page.locator('form button[type="submit"]').click();
  await new InspectorPhone(page).sites();
  assert.deepEqual(device.complaints(), []);
});

test('a slip’s link fills in the sign-in that stands in that tab already; a demo says so before anybody signs in', { timeout: 120_000 }, async () => {
  const { device, page } = await open();
  await goTo(page, '#/phones');
  await page.getByRole('heading', { name: '用手机打开' }).waitFor();
  await says(page, '示例数据');
  await goTo(page, '#/signin');
  await page.locator('input[autocomplete~="username"]').waitFor();
  await says(page, '示例数据');
  assert.doesNotMatch(await text(page), /账号和登录码已填好/);
  for (const nth of [0, 1]) {
    const who = county.login('inspector', nth);
    await goTo(page, slip(who));
    await filled(page, who);
    await says(page, '账号和登录码已填好');
    assert.equal(await page.locator('input[autocomplete~="current-password"]').inputValue(), who.password);
    await expectEventually(async () => !page.url().includes('code='), 'the code to leave the address');
  }
  await page.locator('form button[type="submit"]').click();
  await new InspectorPhone(page).sites();
  await goTo(page, '#/me');
  await says(page, county.login('inspector', 1).login);
  assert.equal((await text(page)).split('示例数据').length, 2, 'said once');
  assert.deepEqual(device.complaints(), []);
});

test('the screen lock: wrong digits, the right ones, and the password that takes it away', { timeout: 120_000 }, async () => {
  const { device, page } = await ready();
  await goTo(page, '#/pin');
  await page.locator('main input').nth(0).fill('135790');
  await page.locator('main input').nth(1).fill('135790');
  await page.getByRole('button', { name: '设好屏幕锁' }).click();
  await says(page, '已设');
  // Six minutes later.
  await page.evaluate(() => {
    const now = Date.now;
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    Date.now = () => now() + 6 * 60_000;
    Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  const digits = page.getByLabel('请输入 6 位数字');
  await digits.fill('000000');
  await says(page, '不对，请再试一次');
  // No address leads past it.
  await goTo(page, '#/outbox');
  await digits.waitFor();
  await digits.fill('135790');
  await says(page, '上传');
  await digits.waitFor({ state: 'detached' });
  assert.deepEqual(device.complaints(), []);
});

test('over a slow link every photo says by itself how far it is', { timeout: 240_000 }, async () => {
  const link = await slowLink(Number(new URL(county.url).port));
  try {
    const { device, page } = await ready(link.url);
    await goTo(page, '#/finding');
    await page.getByLabel('问题是什么').fill('路面塌陷');
    const kept = page.getByAltText(/^查看第 \d+ 张照片$/);
    for (const nth of [1, 2]) {
      await takePhoto(page, page.locator('main'), await writeJpeg(page, join(folder, `slow${nth}.jpg`), nth));
      await expectEventually(async () => (await kept.count()) === nth, `photo ${nth}`);
    }
    // Slow enough to be looked at, fast enough to end: some hundred kilobytes a photo.
    link.rate = 40_000;
    await page.getByRole('button', { name: '提交问题' }).click();
    await new InspectorPhone(page).sealed();
    await goTo(page, '#/outbox');
    await page.getByRole('button', { name: '看 2 张照片到哪了' }).click();
    const rows = page.locator('main li').filter({ hasText: /^\s*照片 \d/ });
    await expectEventually(async () => (await rows.count()) === 2, 'both photos');
    // The one that moves says it in a number and a bar; the other one, that it is still here or there already.
    const [seen, bars] = [new Set(), new Set()];
    await expectEventually(async () => {
      const words = await rows.allInnerTexts();
      for (const [, percent] of words.join(' ').matchAll(/上传中 (\d+)%/g)) seen.add(Number(percent));
      for (const value of await rows.locator('progress').evaluateAll((all) => all.map((one) => one.value))) bars.add(value);
      assert.ok(words.every((one) => /上传中 \d+%|还在本机|县里已收到/.test(one)), words.join(' | '));
      assert.ok(words.filter((one) => one.includes('上传中')).length <= 1, 'one at a time');
      return seen.size >= 3 && bars.size >= 3;
    }, 'the number grows', 90_000);
    if (process.env.LALIAN_SHOTS) await page.screenshot({ path: join(process.env.LALIAN_SHOTS, 'outbox-photos.png') });
    link.rate = Infinity;
    await expectEventually(async () => /县里已收到/.test(await text(page)) && !/上传中|还在本机/.test(await text(page)), 'both photos at the county');
    assert.deepEqual(device.complaints(), []);
  } finally {
    await link.close();
  }
});

test('everything unsent leaves as one file, and stays', { timeout: 120_000 }, async () => {
  const { device, page } = await ready();
  await reportOffline(device, page);
  await page.getByRole('button', { name: '导出备份' }).click();
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: '存成文件' }).click();
  const file = join(folder, 'rescue.zip');
  await (await coming).saveAs(file);
  const listed = spawnSync('python3', ['-m', 'zipfile', '--list', file], { encoding: 'utf8' });
  assert.match(listed.stdout, /manifest\.json/);
  assert.match(listed.stdout, /operations\/[0-9a-f-]{36}\.json/);
  assert.equal(spawnSync('python3', ['-m', 'zipfile', '--test', file]).status, 0);
  await page.reload();
  await says(page, /1 件.*还只在这台手机上/);
});

test('an app older than the county wants begins no visit, and says how to get the new one', { timeout: 120_000 }, async () => {
  const { device, page } = await ready();
  // As a server that was started with `--min-client 99.0.0` answers; a demo has no such wish.
  await device.context.route('**/api/v1/**', async (route) => {
    const response = await route.fetch().catch(() => null);
    if (!response) return route.abort();
    await route.fulfill({ response, headers: { ...response.headers(), 'lalian-min-client': '99.0.0' } });
  });
  await page.reload();
  await says(page, '这个版本太旧了');
  await page.locator('a[href*="#/site/"]').first().click();
  await says(page, '要开始新的检查，请先更新');
  assert.equal(await page.getByRole('button', { name: /开始检查/ }).count(), 0);
  // Known without a network too.
  await device.offline(true);
  await device.context.unrouteAll({ behavior: 'ignoreErrors' });
  await page.reload();
  await says(page, '要开始新的检查，请先更新');
});

test('inside a chat app: the way out first, tickets with a network, nothing without one, no worker', { timeout: 120_000 }, async () => {
  const device = await phone({ origin: county.url, position });
  browsers.push(device);
  const page = await device.page();
  const chromium = await device.context.newCDPSession(page);
  await chromium.send('Emulation.setUserAgentOverride', { userAgent: WECHAT });
  await page.goto(county.url);
  await says(page, '请用手机浏览器打开');
  await page.getByRole('button', { name: '先在这里看看' }).click();
  await logIn(page, county.login('desk_officer'));
  await says(page, '聊天软件里只能联网使用');
  await says(page, '整改任务');
  assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
  await device.offline(true);
  await says(page, '聊天软件里不能离线使用');
  await device.offline(false);
  await says(page, '整改任务');
  // An inspector is led out, whatever he taps.
  await goTo(page, '#/signin?other=1');
  await page.locator('input[autocomplete~="username"]').waitFor();
  await signInAs(page, county.login('inspector'));
  await says(page, '检查要用手机浏览器');
  assert.deepEqual(device.complaints(), []);
});

test('the way to a phone is open to everybody; an address without encryption and an old browser each get the page that is theirs', { timeout: 120_000 }, async () => {
  const { device, page } = await open();
  // A demo opens with its stand.
  await goTo(page, '#/signin');
  await page.getByRole('link', { name: '用手机打开' }).click();
  await says(page, '这个网址只有本机能用');
  await says(page, '为什么一定要 https');
  await says(page, 'lalian demo --lan');
  if (process.env.LALIAN_SHOTS) await page.screenshot({ path: join(process.env.LALIAN_SHOTS, 'phones.png'), fullPage: true });
  assert.deepEqual(device.complaints(), []);

  const instead = async (script, words) => {
    const other = await phone({ origin: county.url, position });
    browsers.push(other);
    await other.context.addInitScript(script);
    const there = await other.page();
    await there.goto(county.url);
    await says(there, words);
    assert.equal(await there.locator('#app').count(), 0, 'nothing of the app');
    if (process.env.LALIAN_SHOTS) await there.screenshot({ path: join(process.env.LALIAN_SHOTS, `${new URL(there.url()).pathname.slice(1)}.png`), fullPage: true });
  };
  await instead(() => Object.defineProperty(globalThis, 'isSecureContext', { value: false }), '请用 https:// 开头的网址打开');
  await instead(() => delete globalThis.structuredClone, '这个浏览器太旧');

  // Chat apps of the office are no better than WeChat.
  const chat = await phone({ origin: county.url, position, userAgent: DINGTALK });
  browsers.push(chat);
  const there = await chat.page();
  await there.goto(county.url);
  await says(there, '请用手机浏览器打开');
});
