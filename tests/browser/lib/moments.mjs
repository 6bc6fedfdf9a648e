// What a screen looks like in the middle of being used, and on the days that are not ordinary: for the gallery, all on a phone.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { desk } from './api.mjs';
import { phone } from './chromium.mjs';
import { demoSites, TOWNSHIP } from './fixture.mjs';
import { drawing } from './jpeg.mjs';
import { InspectorPhone, logIn, saved } from './pages.mjs';
import { writePicture } from './plate.mjs';
import { expectEventually } from './wait.mjs';
import { arrive, open } from './walk.mjs';

/** Names of the pictures with what they show. */
export const MOMENTS = {
  'inspector-viewfinder-ghost': '同框：上次的照片淡淡地叠在取景框上',
  'inspector-drawing': '在照片上标注',
  'inspector-voice': '说一段话',
  'inspector-several-findings': '一项里的几处问题',
  'inspector-not-applicable': '不适用：为什么',
  'inspector-far-away': '离点位较远：为什么',
  'inspector-pin-map': '在地图上标位置',
  'inspector-stalls': '一个一个摊位看',
  'inspector-undo-bar': '提交后十秒可以撤销',
  'inspector-export-ready': '备份打包好了',
  'inspector-sign-out': '还有没上传的就退出',
  'inspector-screen-lock': '屏幕锁',
  'inspector-plate-unknown': '点位码没有登记',
  'inspector-outdated': '版本太旧',
  'inspector-trouble': '本机数据打不开',
  'township-plate': '乡镇扫了点位码',
  'phone-choose-post': '选岗位',
  'phone-chat-app': '在聊天软件里打开',
};

const WECHAT = 'Mozilla/5.0 (Linux; Android 14; X) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.50';
const place = ({ longitude, latitude }) => ({ longitude, latitude, accuracy: 8 });
const sites = demoSites().filter((one) => one.township === TOWNSHIP);
const [shelter, other] = sites.filter((one) => one.kind === 'bus_shelter');
const market = sites.find((one) => one.kind === 'farmers_market');

/** Takes all of them with `shot(page, name)`, in a county that `fillCounty` has filled. */
export async function takeMoments(county, filled, { folder, painter, shot }) {
  const film = await writePicture(painter, await readFile(await drawing(painter, join(folder, 'seen.jpg'), 150)), join(folder, 'seen.y4m'));
  const walker = await arrive(county, 'inspector', { nth: 1, position: place(shelter), sees: film });
  await walker.context.grantPermissions(['geolocation', 'camera', 'microphone'], { origin: county.url });
  await evidence(walker, filled, county, shot);
  await places(walker, shot);
  await refused(walker, county, shot);
  await leaving(walker, shot);
  await trouble(walker, shot);
  await walker.close();
  await others(county, shot);
}

const sheetOf = (page) => page.locator('dialog[open]').last();
const go = (page, hash) => page.evaluate((to) => (location.hash = to), hash);

/** The sheet of a fault at a site that somebody visited before. */
async function evidence(walker, filled, county, shot) {
  const { page } = walker;
  const inspector = new InspectorPhone(page);
  const office = await desk(county.url, county.login('office'));
  const [photo] = await expectEventually(async () => {
    const { items } = await office.get(`/api/v1/sites/${filled.site}/last-photos`);
    return items.length > 0 && items;
  }, 'the photos of the last visit');
  await inspector.openSite(shelter.code);
  await page.waitForTimeout(3_000);
  await inspector.beginVisit();
  const item = page.locator(`article[id^="item-${photo.item_code ?? photo.item_path}"]`);
  await item.getByRole('radio', { name: '不合格' }).evaluate((node) => node.scrollIntoView({ block: 'center' }));
  await item.getByRole('radio', { name: '不合格' }).click();
  const sheet = sheetOf(page);
  const shutter = sheet.getByRole('button', { name: '按下拍照' });
  await expectEventually(() => shutter.isEnabled(), 'the camera');
  await sheet.locator('.ghost img').waitFor();
  await shot(page, 'inspector-viewfinder-ghost');
  await shutter.click();
  await sheet.getByAltText('查看第 1 张照片').click();
  await sheet.getByRole('button', { name: '在照片上标注' }).click();
  const board = sheetOf(page).locator('canvas.marks');
  await expectEventually(async () => ((await board.boundingBox())?.height ?? 0) > 150, 'the board');
  await page.waitForTimeout(500);
  const { x, y, width, height } = await board.boundingBox();
  const drag = async (...points) => {
    const [first, ...rest] = points.map(([across, down]) => [x + across * width, y + down * height]);
    await page.mouse.move(...first);
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...point, { steps: 6 });
    await page.mouse.up();
  };
  await drag([0.45, 0.48], [0.6, 0.5]);
  await sheetOf(page).getByRole('button', { name: '箭头' }).click();
  await drag([0.12, 0.12], [0.33, 0.36]);
  await shot(page, 'inspector-drawing');
  await sheetOf(page).getByRole('button', { name: '存下标注' }).click();
  await sheetOf(page).getByRole('button', { name: '改标注' }).waitFor();
  await page.keyboard.press('Escape');
  await sheet.getByRole('button', { name: '说一段话' }).click();
  await sheet.getByRole('timer').waitFor();
  await page.waitForTimeout(2_500);
  await sheet.getByRole('timer').evaluate((node) => node.scrollIntoView({ block: 'center' }));
  await shot(page, 'inspector-voice');
  await sheet.getByRole('button', { name: '说完了' }).click();
  await sheet.getByRole('button', { name: '播放' }).waitFor();
  await sheet.getByLabel(/^具体位置/).last().fill('右边第二块');
  await sheet.getByRole('button', { name: '再加一处同样的问题' }).click();
  await sheet.getByText('右边第二块').first().waitFor();
  await shutter.last().waitFor();
  await page.waitForTimeout(800);
  await shot(page, 'inspector-several-findings');
  await sheet.getByRole('button', { name: '好了' }).click();
  const skip = page.getByRole('radio', { name: '不适用' }).first();
  await skip.evaluate((node) => node.scrollIntoView({ block: 'center' }));
  await skip.click();
  await page.getByRole('dialog').waitFor();
  await shot(page, 'inspector-not-applicable');
  await page.keyboard.press('Escape');
  await saved(page);
}

/** Far from the register, a pin instead of a position, a market's stalls. */
async function places(walker, shot) {
  const { page, context } = walker;
  const inspector = new InspectorPhone(page);
  await context.setGeolocation({ ...place(market), longitude: market.longitude + 0.02, accuracy: 12 });
  await inspector.openSite(market.code);
  await inspector.beginVisit();
  await page.getByText(/离点位约 .*为什么/).waitFor();
  await shot(page, 'inspector-far-away');
  await page.getByRole('button', { name: '在地图上标' }).click();
  await sheetOf(page).getByRole('button', { name: '就是这里' }).waitFor();
  await page.waitForTimeout(1_500);
  await shot(page, 'inspector-pin-map');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^开始看第一个/ }).click();
  const stalls = page.locator('section[data-group]').filter({ has: page.getByRole('button', { name: /^再看一个/ }) }).first();
  await stalls.waitFor();
  await stalls.getByRole('radio', { name: '合格', exact: true }).first().click();
  await stalls.getByRole('button', { name: /^再看一个/ }).last().click();
  await page.waitForTimeout(600);
  await stalls.evaluate((node) => scrollTo(0, node.getBoundingClientRect().top + scrollY - 150));
  await shot(page, 'inspector-stalls');
}

/** A plate that nobody has registered, and a county that wants a newer app. */
async function refused(walker, county, shot) {
  const { page, context } = walker;
  await go(page, '#/s/01-01001001-9999');
  await page.getByText('没有找到编码为').waitFor();
  await shot(page, 'inspector-plate-unknown');
  await context.route('**/api/v1/**', async (route) => {
    const response = await route.fetch().catch(() => null);
    if (!response) return route.abort();
    await route.fulfill({ response, headers: { ...response.headers(), 'lalian-min-client': '99.0.0' } });
  });
  const office = await desk(county.url, county.login('office'));
  const site = await office.get(`/api/v1/sites/by-code/${sites[0].code}`);
  await go(page, `#/site/${site.id}`);
  await page.reload();
  await page.getByText('要开始新的检查，请先更新').waitFor();
  await shot(page, 'inspector-outdated');
  await context.unrouteAll({ behavior: 'ignoreErrors' });
}

/** Handed in a moment ago; then everything that is said before a phone is left. */
async function leaving(walker, shot) {
  const { page, context, offline } = walker;
  const inspector = new InspectorPhone(page);
  await context.setGeolocation(place(other));
  await inspector.openSite(other.code);
  await offline(true);
  await inspector.beginVisit();
  await inspector.passTheRest();
  await inspector.handIn();
  await shot(page, 'inspector-undo-bar');
  await inspector.sealed();
  await open(walker, '/outbox');
  await page.getByRole('button', { name: '导出备份' }).click();
  const save = page.getByRole('button', { name: '存成文件' });
  await save.waitFor();
  await save.evaluate((node) => node.scrollIntoView({ block: 'center' }));
  await shot(page, 'inspector-export-ready');
  await open(walker, '/me');
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.getByText(/没上传。退出后会锁在这台手机里/).waitFor();
  await shot(page, 'inspector-sign-out');
  await page.keyboard.press('Escape');
  await go(page, '#/pin');
  for (const nth of [0, 1]) await page.locator('main input').nth(nth).fill('135790');
  await page.getByRole('button', { name: '设好屏幕锁' }).click();
  await page.getByText('屏幕锁已设好').waitFor();
  await page.evaluate(() => {
    const now = Date.now;
    const turn = (state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    };
    turn('hidden');
    Date.now = () => now() + 6 * 60_000;
    turn('visible');
  });
  await page.getByLabel('请输入 6 位数字').waitFor();
  await page.getByText('屏幕锁已设好').waitFor({ state: 'hidden' });
  await shot(page, 'inspector-screen-lock');
  await page.getByLabel('请输入 6 位数字').fill('135790');
  await page.getByLabel('请输入 6 位数字').waitFor({ state: 'detached' });
  await offline(false);
}

/** The system has taken the database away and does not give it back. */
async function trouble({ page }, shot) {
  await page.evaluate(() => {
    IDBDatabase.prototype.transaction = () => {
      throw new DOMException('gone', 'InvalidStateError');
    };
    location.hash = '#/mine';
  });
  await page.getByRole('alert').getByRole('button').waitFor();
  await shot(page, 'inspector-trouble');
}

async function others(county, shot) {
  const deputy = await arrive(county, 'deputy_leader');
  await open(deputy, `/s/${shelter.code}`);
  await deputy.page.getByText('点位码是给检查人员用的').waitFor();
  await shot(deputy.page, 'township-plate');
  await deputy.close();

  const office = await desk(county.url, county.login('office'));
  const both = await desk(county.url, county.login('deputy_leader', 1));
  await office.post(`/api/v1/people/${both.me.person.id}/posts`, { role: 'inspector', unit_id: office.me.posts[0].unit_id });
  const two = await arrive(county, 'deputy_leader', { nth: 1 });
  await two.page.getByRole('heading').first().waitFor();
  await shot(two.page, 'phone-choose-post');
  await two.close();

  const chat = await phone({ origin: county.url });
  const page = await chat.page();
  const chromium = await chat.context.newCDPSession(page);
  await chromium.send('Emulation.setUserAgentOverride', { userAgent: WECHAT });
  await page.goto(county.url);
  await page.getByText('请用手机浏览器打开').first().waitFor();
  await shot(page, 'phone-chat-app');
  await chat.close();
}
