// A stranger's first five minutes: the demo's stand with its three devices, the walk of six steps by real taps in three frames, and back to how it was.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DESK, installed, phone } from '../lib/chromium.mjs';
import { EXAMPLE, InspectorPhone, takePhoto } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';

let county;
let browser;
let page;
before(async () => {
  county = await demo({ lived_in: true });
  // Most desks have no camera.
  browser = await phone({ origin: county.url, viewport: DESK, blind: true });
  page = await browser.page();
});
after(async () => {
  await browser?.close();
  await county?.remove();
});

const shot = (page, name) => (process.env.LALIAN_SHOTS ? page.screenshot({ path: join(process.env.LALIAN_SHOTS, `${name}.png`) }) : undefined);
const now = () => page.locator('.steps li.now');
/** The app inside a device, once it is signed in. */
async function device(name) {
  const box = page.getByRole('article', { name });
  await box.waitFor();
  await box.locator('.veil').waitFor({ state: 'detached', timeout: 120_000 });
  const handle = await box.locator('iframe').elementHandle();
  return handle.contentFrame();
}
const step = (title) => page.getByRole('heading', { name: title, level: 2 }).waitFor({ timeout: 90_000 });
const showMe = (what) => page.getByRole('button', { name: new RegExp(`^带我去：.*${what}`) }).first().click();
const ask = async (path) => (await fetch(`${county.url}/api/v1/demo${path}`)).json();

async function walkOnce() {
  await page.getByRole('button', { name: '抽一个点位' }).click();
  await step('没有信号，照样检查');
  await shot(page, 'stand-2-no-signal');

  const inspector = await device('检查人员的手机');
  await page.getByRole('switch', { name: '这台手机的网络' }).click();
  await expectEventually(async () => (await page.getByRole('switch').getAttribute('aria-checked')) === 'false', 'the switch is off');
  await showMe('开始检查');
  const visit = new InspectorPhone(inspector);
  await visit.beginVisit();
  // The caption names two questions whose faults go the whole way.
  const [, ...two] = /比如“(.+)”和“(.+)”选不合格/.exec(await page.locator('.tasks .hint').innerText());
  for (const question of two) await visit.fail(question, EXAMPLE);
  await visit.passTheRest();
  await shot(page, 'stand-2-visit');
  await visit.handIn();
  // Without a network the phone alone knows; the caption moves on by what it says.
  await step('有了信号，自己上传');
  assert.equal((await ask('/walk')).walk.steps.find(({ step }) => step === 'visited').done, false, 'nothing has left the phone');
  await shot(page, 'stand-3-sealed');

  await page.getByRole('switch', { name: '这台手机的网络' }).click();
  await step('乡镇马上收到，改完拍照交回');
  await shot(page, 'stand-4-arrived');

  const office = await device('县专班的电脑');
  // Where the county looks before it issues, that comes first.
  const pending = async () => (await ask('/walk')).walk.tickets.slice(0, 2).filter(({ state }) => state === 'pending').length;
  for (let left = await pending(); left > 0; left = await pending()) {
    await showMe('交办给乡镇');
    await office.getByRole('button', { name: '交办', exact: true }).click();
    const before = left;
    await expectEventually(async () => (await pending()) < before, 'it is issued');
  }

  const township = await device('乡镇的手机');
  const { walk } = await ask('/walk');
  for (const ticket of walk.tickets.slice(0, 2)) {
    await showMe(ticket.title);
    await township.waitForURL(new RegExp(ticket.id));
    await township.getByRole('button', { name: '签收', exact: true }).click();
    await township.getByRole('dialog').getByRole('button', { name: '确认签收' }).click();
    await township.getByText('已签收，可以安排整改了').waitFor();
    await township.getByRole('button', { name: '拍整改后照片' }).first().click();
    const sheet = township.getByRole('dialog');
    await takePhoto(township, sheet, EXAMPLE);
    await sheet.getByRole('button', { name: '先不提交' }).click();
    await sheet.waitFor({ state: 'hidden' });
    await township.getByRole('button', { name: '签字并提交核查' }).click();
    await township.getByText('已签字提交，等县里核查').waitFor();
  }
  await step('一件退回重改，一件销号');
  await shot(page, 'stand-5-check');

  await showMe('退回重改');
  await office.getByRole('button', { name: '退回重改' }).click();
  const sheet = office.getByRole('dialog');
  await sheet.getByRole('radio', { name: /只改了一部分/ }).click();
  await sheet.getByRole('button', { name: '退回', exact: true }).click();
  await expectEventually(async () => (await ask('/walk')).walk.tickets.some(({ state }) => state === 'rework'), 'one went back');
  await expectEventually(async () => (await page.locator('.tasks li.is').count()) === 1, 'the caption has seen it');
  await showMe('销号');
  const onSite = office.getByLabel('现场核查');
  await office.getByRole('button', { name: '通过，销号' }).waitFor();
  if (await onSite.count()) await onSite.check();
  await office.getByRole('button', { name: '通过，销号' }).click();
  await step('看清零榜');
  await showMe('清零榜');
  await office.locator('.tiles a').filter({ hasText: '未清零' }).waitFor();
  await step('走完了');
  await shot(page, 'stand-6-zero');
  const end = (await ask('/walk')).walk;
  assert.ok(end.steps.every(({ done }) => done));
  return end;
}

test('a stranger walks the whole way on the stand, and puts it back', { timeout: 900_000 }, async (t) => {
  const part = async (name, does) => {
    let failure;
    await t.test(name, async () => {
      try {
        await does();
      } catch (error) {
        failure = error;
        await shot(page, 'stand-failed');
        throw error;
      }
    });
    if (failure) throw failure;
  };

  await part('the demo opens with its stand: three devices, each signed in, everything says sample data', async () => {
    await page.goto(county.url);
    await page.getByRole('heading', { name: /拉练通/, level: 1 }).waitFor();
    await page.waitForURL(/#\/stand$/);
    for (const name of ['检查人员的手机', '乡镇的手机', '县专班的电脑']) {
      const app = await device(name);
      await app.getByText('示例数据').first().waitFor();
    }
    assert.match(await page.locator('header .sample').innerText(), /示例数据/);
    await expectEventually(async () => /抽点位/.test(await now().innerText()), 'the first step');
    await shot(page, 'stand-1-begin');
  });

  let end;
  await part('six steps by real taps', async () => {
    end = await walkOnce();
  });

  await part('everything goes back to how it was made, and the devices sign in again', async () => {
    await page.getByRole('button', { name: '恢复原样' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '恢复原样' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden', timeout: 120_000 });
    await step('三台设备，走完一件事');
    assert.equal((await ask('/walk')).walk, null);
    const inspector = await device('检查人员的手机');
    // Nothing of the visit is left on the phone either.
    await inspector.locator('a[href*="#/site/"]').first().waitFor({ timeout: 60_000 });
    assert.match((await inspector.locator('a[href="#/outbox"]').first().textContent()) ?? '', /全部已上传/);
    const office = await device('县专班的电脑');
    const gone = await office.evaluate(async (id) => {
      location.hash = `#/tickets/${id}`;
      await new Promise((next) => setTimeout(next, 1_500));
      return document.body.innerText;
    }, end.tickets[0].id);
    assert.ok(!gone.includes(end.tickets[0].number), 'the ticket is no more');
    await page.getByRole('button', { name: '抽一个点位' }).click();
    await step('没有信号，照样检查');
  });

  await part('the worker keeps the page with the policy of its own address', async () => {
    await installed(page);
    const policy = (target) => target.evaluate(async () => (await (await caches.open((await caches.keys()).find((name) => name.startsWith('shell ')))).match('/index.html')).headers.get('content-security-policy'));
    assert.match(await policy(page), /frame-ancestors 'none'.*frame-src http/s);
    const inspector = await device('检查人员的手机');
    await installed(inspector);
    assert.ok((await policy(inspector)).includes(`frame-ancestors ${county.url}`));
    // Kept from another program at this address, without frames: the stand notices and fetches the page once more.
    await page.evaluate(async () => {
      const cache = await caches.open((await caches.keys()).find((name) => name.startsWith('shell ')));
      const kept = await cache.match('/index.html');
      const headers = new Headers(kept.headers);
      headers.set('content-security-policy', headers.get('content-security-policy').replace(/; frame-src.*/, ''));
      await cache.put('/index.html', new Response(await kept.arrayBuffer(), { headers }));
    });
    await page.reload();
    await page.waitForURL(/#\/stand\?again$/);
    await device('检查人员的手机');
    assert.match(await policy(page), /frame-src http/);
  });

  await part('the leader’s page is one sheet', async () => {
    await page.getByRole('link', { name: '给领导的一页纸' }).first().click();
    await page.getByRole('heading', { name: '它不统计什么' }).waitFor();
    const fits = await page.locator('.a4 .inside article').evaluate((sheet) => sheet.scrollHeight <= sheet.clientHeight + 1);
    assert.ok(fits, 'nothing is cut off');
    await shot(page, 'stand-leader');
  });

  assert.deepEqual(browser.complaints().filter((text) => !/frame-src|Framing/.test(text)), [], 'the page’s own code complained about nothing');
});

test('a phone of the stand that is opened alone is the same phone: one switch at its network, in both places', { timeout: 300_000 }, async () => {
  await page.goto(`${county.url}/#/stand`);
  await device('检查人员的手机');
  const address = await page.getByRole('article', { name: '检查人员的手机' }).locator('a.alone').getAttribute('href');
  const alone = await browser.context.newPage();
  await alone.goto(address);
  const here = alone.getByRole('switch', { name: '这台手机的网络' });
  const there = page.getByRole('switch', { name: '这台手机的网络' });
  const is = (one, on) => expectEventually(async () => (await one.getAttribute('aria-checked')) === String(on), `the switch is ${on ? 'on' : 'off'}`);
  await here.waitFor({ timeout: 60_000 });
  await is(here, true);
  await here.click();
  await is(here, false);
  await is(there, false);
  // A page that comes later hears how it stands; the stand brings it back for all.
  await alone.reload();
  await is(here, false);
  await there.click();
  await is(there, true);
  await is(here, true);
  await alone.close();
});
