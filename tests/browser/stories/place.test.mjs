// Where a visit is made: the plate of the site in the app and by a phone's own camera, far from the register, no satellites at all.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { installed, phone } from '../lib/chromium.mjs';
import { InspectorPhone, logIn } from '../lib/pages.mjs';
import { writeFilm } from '../lib/plate.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';

const sites = readFileSync(resolve(import.meta.dirname, '../../../backend/demo/sites.csv'), 'utf8')
  .trim().split('\n').slice(1).map((line) => line.split(','))
  .map(([code, kind, name, township, , longitude, latitude]) => ({ code, kind, name, township, longitude: Number(longitude), latitude: Number(latitude) }));
const [market, hall] = sites.filter((one) => one.kind === 'farmers_market');
const shelter = sites.find((one) => one.kind === 'bus_shelter');

let county;
let folder;
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-place-'));
  county = await demo();
});
after(async () => {
  for (const one of browsers) await one.close().catch(() => undefined);
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

const shot = (page, name) => (process.env.LALIAN_SHOTS ? page.screenshot({ path: join(process.env.LALIAN_SHOTS, `${name}.png`) }) : undefined);
const far = (site) => ({ longitude: site.longitude + 0.02, latitude: site.latitude, accuracy: 12 });

/** A phone of an inspector that is ready for a day without a signal. */
async function ready(options) {
  const device = await phone({ origin: county.url, ...options });
  browsers.push(device);
  const page = await device.page();
  await page.goto(county.url);
  await logIn(page, county.login('inspector'));
  await installed(page);
  await new InspectorPhone(page).sites();
  return { device, page, inspector: new InspectorPhone(page) };
}
const goTo = (page, hash) => page.evaluate((to) => {
  location.hash = to;
}, hash);

test('the plate in front of the camera opens its site without a signal and says that one is there', { timeout: 300_000 }, async () => {
  const film = await writeFilm(join(folder, 'plate.y4m'), `https://plates.example/#/s/${market.code}`);
  const { device, page } = await ready({ position: far(market), sees: film });
  await page.getByRole('link', { name: '扫码打开点位' }).waitFor();
  await device.offline(true);
  await page.getByRole('link', { name: '扫码打开点位' }).click();
  await page.waitForURL(/#\/site\//, { timeout: 60_000 });
  await page.getByRole('heading', { name: market.name }).waitFor();
  await page.getByRole('button', { name: /开始检查/ }).click();
  // Two kilometres off by the satellites, at the site by its plate.
  await page.getByText('扫了点位码').first().waitFor();
  assert.equal(await page.getByText(/离点位约 .*为什么/).count(), 0);
  await shot(page, 'by-plate');
  assert.deepEqual(device.complaints(), []);
});

test('a plate of another site, another code, and a code that nobody knows get plain words', { timeout: 300_000 }, async () => {
  const film = await writeFilm(join(folder, 'pay.y4m'), 'https://pay.example/12345');
  const { device, page } = await ready({ position: far(market), sees: film });
  await goTo(page, '#/scan');
  await page.getByText('这是别的二维码').waitFor({ timeout: 60_000 });
  await shot(page, 'scan-foreign');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: '选一张二维码照片' }).click()]);
  await chooser.setFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') });
  await page.getByText('没有找到二维码').waitFor();
  // The camera still sees the foreign code, and each look ends late: what it says must not take the place of the answer to what was typed.
  await page.evaluate(() => {
    const real = globalThis.createImageBitmap;
    globalThis.createImageBitmap = async (...given) => {
      const seen = await real(...given);
      await new Promise((done) => setTimeout(done, 2_000));
      return seen;
    };
  });
  await page.getByRole('button', { name: '输入编码' }).click();
  await page.getByLabel('点位编码').fill('NO-SUCH-1');
  await page.getByRole('button', { name: '打开点位' }).click();
  await page.getByText('没有找到编码为 NO-SUCH-1 的点位').waitFor();
  await page.waitForTimeout(2_500);
  await page.getByText('没有找到编码为 NO-SUCH-1 的点位').waitFor();
  assert.equal(await page.getByText('这是别的二维码').count(), 0);
  await page.getByLabel('点位编码').fill(shelter.code.toLowerCase());
  await page.getByRole('button', { name: '打开点位' }).click();
  await page.getByRole('heading', { name: shelter.name }).waitFor();
  assert.deepEqual(device.complaints(), []);
});

test('the link that a phone\u2019s own camera reads opens the site, without a signal too', { timeout: 300_000 }, async () => {
  const { device, page } = await ready({ position: far(market) });
  await device.offline(true);
  await page.goto(`${county.url}/#/s/${shelter.code}`);
  await page.getByRole('heading', { name: shelter.name }).waitFor();
  await goTo(page, '#/s/NO-SUCH-2');
  await page.getByText('没有找到编码为 NO-SUCH-2 的点位').waitFor({ timeout: 60_000 });
  await shot(page, 'plate-unknown');
  await device.close();
  // A township's phone that reads the plate is told what it is.
  const other = await phone({ origin: county.url });
  browsers.push(other);
  const tab = await other.page();
  await tab.goto(`${county.url}/#/s/${shelter.code}`);
  await logIn(tab, county.login('deputy_leader'));
  await tab.getByText('点位码是给检查人员用的').waitFor();
});

test('far from the register asks why, a pin says where, and neither stops the visit', { timeout: 300_000 }, async () => {
  const { device, page, inspector } = await ready({ position: far(market) });
  await inspector.openSite(market.code);
  await inspector.beginVisit();
  await page.getByText(/离点位约 .*为什么/).waitFor();
  await shot(page, 'far');
  await page.getByRole('button', { name: '点位登记的位置不准' }).click();
  await page.getByRole('button', { name: '在地图上标' }).click();
  const sheet = page.locator('dialog[open]').last();
  await sheet.getByRole('button', { name: '就是这里' }).waitFor();
  await page.waitForTimeout(500);
  await shot(page, 'pin');
  // A finger's breadth by the keyboard.
  await sheet.locator('.map').focus();
  await page.keyboard.press('ArrowLeft');
  await page.waitForTimeout(400);
  await sheet.getByRole('button', { name: '就是这里' }).click();
  await page.getByText('地图上手动标').first().waitFor();
  await inspector.fail(0);
  await inspector.passTheRest();
  await inspector.submit();
  const id = await page.evaluate(() => location.hash.split('/').at(-1).split('?')[0]);
  const office = await desk(county.url, county.login('office'));
  const { body } = await expectEventually(() => office.get(`/api/v1/operations/${id}`).catch(() => null), 'the visit at the county');
  const { arrival } = body.payload;
  assert.equal(arrival.by, 'map_pin');
  assert.equal(arrival.position.source, 'map_pin');
  assert.ok(arrival.distance_m > 1_000, `${arrival.distance_m} m`);
  assert.equal(arrival.far_reason, '点位登记的位置不准');
  assert.deepEqual(device.complaints(), []);
});

test('without satellites the plate or the arrival serves the photos indoors for half an hour', { timeout: 300_000 }, async () => {
  const film = await writeFilm(join(folder, 'indoors.y4m'), `${county.url}/#/s/${hall.code}`);
  // A phone that knows no better than the next mast.
  const { device, page, inspector } = await ready({ position: { ...far(hall), accuracy: 1_500 }, sees: film });
  await inspector.openSite(hall.code);
  await inspector.beginVisit();
  await page.getByRole('link', { name: '扫点位码' }).click();
  await page.getByText('扫了点位码').first().waitFor({ timeout: 60_000 });
  await inspector.fail(0);
  await inspector.passTheRest();
  await inspector.submit();
  const id = await page.evaluate(() => location.hash.split('/').at(-1).split('?')[0]);
  const office = await desk(county.url, county.login('office'));
  const { body } = await expectEventually(() => office.get(`/api/v1/operations/${id}`).catch(() => null), 'the visit at the county');
  assert.deepEqual([body.payload.arrival.by, body.payload.arrival.distance_m], ['site_qr', 0]);
  for (const file of body.files) assert.equal(file.position.source, 'site_qr');
  assert.deepEqual(device.complaints(), []);
});
