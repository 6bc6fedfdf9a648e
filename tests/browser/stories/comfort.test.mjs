// Daily comfort: looks that follow the system or a choice, sites found by first sounds without a signal, practice that never leaves the phone,
// help on every screen, feedback that is answered, and a list that is taken along.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { demoSites } from '../lib/fixture.mjs';
import { drawing } from '../lib/jpeg.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { arrive, open, settled } from '../lib/walk.mjs';
import { closeSheet, InspectorPhone, takePhoto } from '../lib/pages.mjs';

let county;
let folder;
let phone;
let officeDesk;
let office;
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-comfort-'));
  county = await demo();
  phone = await arrive(county, 'inspector');
  officeDesk = await arrive(county, 'office');
  browsers.push(phone, officeDesk);
  office = await desk(county.url, county.login('office'));
});
after(async () => {
  for (const one of browsers) await one.close().catch(() => undefined);
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

async function shot({ page }, name) {
  if (process.env.LALIAN_SHOTS) await page.screenshot({ path: join(process.env.LALIAN_SHOTS, `comfort-${name}.png`) });
}
const looks = ({ page }) => page.evaluate(() => [document.documentElement.dataset.look, document.documentElement.dataset.text, getComputedStyle(document.body).backgroundColor]);

test('looks follow the system until somebody chooses, and the choice is kept', { timeout: 120_000 }, async () => {
  const { page } = phone;
  assert.equal((await looks(phone))[0], 'light');
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.deepEqual(await looks(phone), ['dark', 'normal', 'rgb(18, 25, 23)']);
  await page.emulateMedia({ colorScheme: 'dark', contrast: 'more' });
  // The system's wish is heard with the next frame.
  await page.waitForFunction(() => document.documentElement.dataset.look === 'contrast-dark');
  await open(phone, '/me');
  await page.getByRole('button', { name: '浅色' }).click();
  await page.getByRole('button', { name: '特大' }).click();
  await shot(phone, 'look');
  await page.reload();
  await page.locator('h1').first().waitFor();
  assert.deepEqual((await looks(phone)).slice(0, 2), ['light', 'larger']);
  assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth <= innerWidth), true, 'nothing to scroll sideways');
  await open(phone, '/me');
  await page.getByRole('button', { name: '跟随系统' }).click();
  await page.getByRole('button', { name: '标准' }).click();
  await page.emulateMedia({ colorScheme: 'light', contrast: 'no-preference' });
  await page.waitForFunction(() => document.documentElement.dataset.look === 'light');
});

test('a site is found by name, first sounds and code, without a signal', { timeout: 120_000 }, async () => {
  const { page } = phone;
  await new InspectorPhone(page).sites();
  await phone.offline(true);
  const market = demoSites().find((one) => one.kind === 'farmers_market');
  const rows = page.locator('a[href*="#/site/"]');
  const finds = async (asked) => {
    await page.locator('main select').first().selectOption('all');
    await page.getByRole('searchbox').fill(asked);
    await expectEventually(async () => (await rows.count()) > 0 && (await rows.allInnerTexts()).some((text) => text.includes(market.name)), `${asked} finds the market`);
  };
  for (const asked of ['nmsc', 'NMSC', market.code.toLowerCase(), market.name.slice(0, 6)]) await finds(asked);
  await page.getByRole('searchbox').fill('qqqqxx');
  await page.getByText('没有').first().waitFor();
  await page.getByRole('searchbox').fill('');
  await phone.offline(false);
});

test('practice is as in earnest and never leaves the phone', { timeout: 240_000 }, async () => {
  const { page } = phone;
  const before = (await office.list('/api/v1/inspections')).length;
  const sent = [];
  page.on('request', (request) => /\/operations\/|\/uploads/.test(request.url()) && sent.push(request.url()));
  await open(phone, '/practice');
  await page.getByRole('button', { name: '公交招呼站台' }).or(page.getByRole('button', { name: /公交/ })).first().click();
  await page.locator('section[data-group]').first().waitFor();
  await page.getByText('练习：不会上传，不产生整改单').waitFor();
  await shot(phone, 'practice');
  const photo = await drawing(page, join(folder, 'fault.jpg'), 7);
  await page.getByRole('radio', { name: '不合格' }).first().click();
  const sheet = page.getByRole('dialog');
  await takePhoto(page, sheet, photo);
  await closeSheet(sheet);
  // It may end at any time, however little is filled in.
  await page.getByRole('link', { name: '结束练习' }).click();
  await page.getByText('如果这是真的检查').waitFor();
  await page.getByText(/还有 \d+ 处没填完/).waitFor();
  await page.getByText('产生 1 张整改单').waitFor();
  await page.getByText('上传 1 张照片').waitFor();
  await shot(phone, 'practice-end');
  await page.getByRole('button', { name: '清除练习' }).click();
  await page.getByText('练习已清除').waitFor();
  await expectEventually(async () => !(await page.getByText('继续上次的练习').isVisible()), 'nothing is left of it');
  assert.deepEqual(sent, []);
  assert.equal((await office.list('/api/v1/inspections')).length, before);
});

test('help on a screen leads to feedback, the office answers, the author reads it', { timeout: 180_000 }, async () => {
  const { page } = phone;
  await open(phone, '/');
  await page.getByRole('button', { name: '帮助' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByText('拼音首字母').waitFor();
  await sheet.getByRole('searchbox').fill('二维码');
  await sheet.getByText('扫点位码').waitFor();
  await shot(phone, 'help');
  await sheet.getByRole('button', { name: '写意见' }).click();
  await page.getByLabel('您的意见').fill('点位太多，找不到');
  await page.getByText('页面“找点位”').waitFor();
  await page.getByRole('button', { name: '发送' }).click();
  await page.getByText('已发送').waitFor();
  await shot(phone, 'feedback');

  const there = officeDesk.page;
  await open(officeDesk, '/feedback');
  await there.getByText('点位太多，找不到').waitFor();
  assert.equal(await there.getByRole('navigation').getByRole('link', { name: '意见' }).getAttribute('aria-current'), 'page', 'a desk page among the others');
  await there.getByRole('button', { name: '回复', exact: true }).click();
  await there.getByLabel('写回复').fill('可以输入拼音首字母');
  await there.getByRole('button', { name: '发出' }).click();
  await there.getByText('可以输入拼音首字母').waitFor();
  await shot(officeDesk, 'answer');

  await open(phone, '/me');
  await page.getByText('有新回复').waitFor();
  await page.getByText('写意见，看回复').click();
  await page.getByText('可以输入拼音首字母').waitFor();
});

test('keys of the desk are told, and lists are taken along', { timeout: 120_000 }, async () => {
  const { page } = officeDesk;
  await open(officeDesk, '/sites');
  await page.keyboard.press('/');
  await page.keyboard.type('nmsc');
  await expectEventually(async () => (await page.getByRole('main').getByText('农贸市场').count()) > 0 && page.url().includes('q=nmsc'), 'the register by first sounds');
  await settled(officeDesk);
  await shot(officeDesk, 'sites');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出表格' }).click()]);
  assert.match(file.suggestedFilename(), /^示例数据-点位-.*\.xlsx$/);
  await page.getByRole('heading', { name: '点位' }).click();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('J / K').waitFor();
  await shot(officeDesk, 'keys');
  // Another address, by whatever way, is another screen: its help is asked for anew.
  await page.evaluate(() => (location.hash = '/visits'));
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.deepEqual(browsers.flatMap((one) => one.complaints()), []);
});
