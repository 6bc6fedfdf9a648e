// A long visit of a market: stalls one by one, questions that come and go, a browser that is killed in the middle and in the seconds after
// "submit", a draft thrown away and had back. At the end the county has each visit once, with what was meant and nothing else.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { installed, phone } from '../lib/chromium.mjs';
import { demoSites } from '../lib/fixture.mjs';
import { killBrowser } from '../lib/kill.mjs';
import { marketFile } from '../lib/market.mjs';
import { closeSheet, InspectorPhone, logIn, saved, seen } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';

const market = demoSites().find((one) => one.kind === 'farmers_market');
let county;
let browser;
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-visit-'));
  county = await demo();
  await county.import('checklists', await marketFile(folder));
});
after(async () => {
  await browser?.close().catch(() => undefined);
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

test('a market is walked stall by stall and survives what a phone does', { timeout: 600_000 }, async (t) => {
  const profile = join(folder, 'profile');
  const open = () => phone({ origin: county.url, position: { longitude: market.longitude, latitude: market.latitude, accuracy: 8 }, folder: profile });
  browser = await open();
  let page = await browser.page();
  let inspector = new InspectorPhone(page);
  const group = (key) => page.locator(`section[data-group="${key}"]`);
  const item = (key, text) => group(key).locator('article[id^="item-"]').filter({ hasText: text });
  const sealedHere = () => page.getByText('已完成，保存在本机');
  const step = async (name, does) => {
    let failure;
    await t.test(name, async () => {
      try {
        await does();
      } catch (error) {
        failure = error;
        if (!page.isClosed()) await page.screenshot({ path: join(tmpdir(), 'lalian-visit-failed.png') }).catch(() => undefined);
        throw error;
      }
    });
    if (failure) throw failure;
  };
  /** The battery is empty; later it is not. */
  const dieAndReturn = async () => {
    const address = page.url();
    while (killBrowser(profile) > 0) await new Promise((done) => setTimeout(done, 200));
    await browser.close().catch(() => undefined);
    browser = await open();
    page = await browser.context.newPage();
    await page.goto(address);
    await page.locator('h1').first().waitFor();
    inspector = new InspectorPhone(page);
  };

  await step('a visit is begun', async () => {
    await page.goto(county.url);
    await logIn(page, county.login('inspector'));
    await installed(page);
    await inspector.openSite(market.code);
    await inspector.beginVisit();
  });

  await step('the rest of a group passes only after it was scrolled through, then it folds', async () => {
    const gate = group('gate');
    const rest = gate.getByRole('button', { name: /其余 \d+ 项没有问题/ });
    assert.ok(await rest.isDisabled(), 'not before all were on the screen');
    await seen(gate, rest);
    await rest.click();
    await expectEventually(async () => (await gate.locator('h2 button').getAttribute('aria-expanded')) === 'false', 'the group folded');
    await page.getByRole('button', { name: '撤销' }).click();
    await expectEventually(async () => (await gate.locator('article').count()) === 8, 'the group is open again');
    assert.equal(await gate.getByRole('radio', { checked: true }).count(), 0, 'nothing of it is answered any more');
    await seen(gate, rest);
    await rest.click();
  });

  await step('stalls: the next number, a suggestion, a name of one’s own; one is taken out and had back', async () => {
    const stalls = group('stalls');
    await stalls.getByRole('button', { name: '开始看第一个摊位' }).click();
    const rest = stalls.getByRole('button', { name: /摊位 1：其余 9 项没有问题/ });
    await seen(stalls, rest);
    await rest.click();
    await stalls.getByRole('button', { name: '再看一个摊位' }).last().click();
    await stalls.getByRole('button', { name: '熟食区' }).click();
    await stalls.getByRole('button', { name: '自己起名' }).click();
    await stalls.getByLabel('摊位叫什么').fill('12号摊');
    await stalls.getByLabel('摊位叫什么').press('Enter');
    await stalls.getByRole('heading', { name: '12号摊' }).waitFor();
    await stalls.getByRole('button', { name: '删掉' }).click();
    await expectEventually(async () => (await stalls.getByRole('button', { name: '12号摊', exact: true }).count()) === 0, 'the stall is gone');
    await page.getByRole('button', { name: '撤销' }).click();
    await stalls.getByRole('button', { name: '12号摊', exact: true }).waitFor();
    await stalls.getByRole('button', { name: '删掉' }).click();
    // Empty stalls that nobody wanted.
    await stalls.getByRole('button', { name: '熟食区', exact: true }).click();
    await stalls.getByRole('button', { name: '删掉' }).click();
  });

  await step('a question comes up with its answer and goes with it', async () => {
    const stalls = group('stalls');
    await stalls.getByRole('button', { name: '2', exact: true }).first().click();
    const count = item('stalls', '越线占道');
    assert.equal(await item('stalls', '当场能收回').count(), 0);
    await count.getByRole('button', { name: '2', exact: true }).click();
    await closeSheet(page.getByRole('dialog'));
    await item('stalls', '当场能收回').getByRole('radio', { name: '合格', exact: true }).click();
    // Not so after all: the goods were inside the line.
    await count.getByRole('button', { name: '0', exact: true }).click();
    await expectEventually(async () => (await item('stalls', '当场能收回').count()) === 0, 'the question went with its answer');
  });

  await step('a killed browser opens where it was: same stall, same sheet', async () => {
    await item('stalls', '亮证亮照').getByRole('radio', { name: '不合格' }).click();
    await page.getByRole('dialog').getByText('没有挂出').click();
    await page.waitForTimeout(800);
    await saved(page);
    await dieAndReturn();
    await page.getByRole('dialog').getByText('没有挂出').waitFor();
    assert.equal(await page.getByRole('dialog').getByRole('button', { name: '没有挂出' }).getAttribute('aria-pressed'), 'true');
    const shutter = page.getByRole('dialog').getByRole('button', { name: '按下拍照' });
    await expectEventually(() => shutter.isEnabled(), 'the camera');
    await shutter.click();
    await page.getByRole('dialog').getByAltText('查看第 1 张照片').waitFor();
    await closeSheet(page.getByRole('dialog'));
    await group('stalls').getByRole('heading', { name: '摊位 2' }).waitFor();
    assert.equal(await group('gate').locator('h2 button').getAttribute('aria-expanded'), 'false', 'what was folded is folded');
  });

  await step('the review names what is missing first, leads there and back', async () => {
    await page.getByRole('button', { name: '看一遍，准备提交' }).click();
    await page.getByText(/^还差 \d+ 处$/).waitFor();
    await page.getByText('摊位 2 · 还没回答').first().click();
    await group('stalls').getByRole('heading', { name: '摊位 2' }).waitFor();
    await inspector.passTheRest();
    await page.getByRole('button', { name: '看一遍，准备提交' }).click();
    await page.getByText('都填好了，可以提交').waitFor();
    await page.getByText(/有 1 项的回答因为别的回答改了/).waitFor();
  });

  await step('submitted and taken back, it is as it was', async () => {
    await page.getByRole('button', { name: '提交', exact: true }).click();
    await page.getByRole('button', { name: '撤销' }).click();
    await page.getByText('都填好了，可以提交').waitFor();
    await page.waitForTimeout(11_000);
    assert.equal((await (await desk(county.url, county.login('inspector'))).list('/api/v1/inspections?mine=true')).length, 0, 'nothing was sent');
  });

  await step('a phone that dies right after “submit” seals once when it is back', async () => {
    await page.getByRole('button', { name: '提交', exact: true }).click();
    await page.getByRole('button', { name: '撤销' }).waitFor();
    await dieAndReturn();
    await sealedHere().waitFor({ timeout: 60_000 });
    const mine = await desk(county.url, county.login('inspector'));
    const visits = await expectEventually(async () => {
      const list = await mine.list('/api/v1/inspections?mine=true');
      return list.length > 0 && list;
    }, 'the visit');
    assert.equal(visits.length, 1);
    const { fails, not_observed } = visits[0];
    assert.deepEqual([fails, not_observed], [1, 0], JSON.stringify(visits[0]));
    assert.ok(!JSON.stringify(visits[0]).includes('answer_hidden'), 'what other answers hid was left behind');
  });

  await step('a draft thrown away is gone from the list, and can be had back', async () => {
    await inspector.openSite(market.code);
    await inspector.beginVisit();
    await item('gate', '大门第 4 处').getByRole('radio', { name: '合格', exact: true }).click();
    await page.getByRole('button', { name: '其他操作' }).click();
    await page.getByRole('button', { name: '删除这份草稿' }).click();
    await page.getByText('草稿已删除').waitFor();
    assert.equal(await page.getByText('接着检查').count(), 0);
    await page.getByRole('button', { name: '撤销' }).click();
    await inspector.openSite(market.code);
    await page.getByRole('button', { name: '接着检查' }).click();
    await expectEventually(() => item('gate', '大门第 4 处').getByRole('radio', { name: '合格', exact: true }).isChecked(), 'the answer is still there');
    await page.getByRole('button', { name: '其他操作' }).click();
    await page.getByRole('button', { name: '删除这份草稿' }).click();
    await page.waitForTimeout(11_000);
    await inspector.openSite(market.code);
    await page.getByRole('button', { name: '开始检查' }).waitFor();
  });

  assert.deepEqual(browser.complaints(), [], 'the page’s own code complained about nothing');
});
