// Taking evidence: light and zoom, several shots, drawing, voice, the way back after the phone ended the page, and what is sealed of each photo.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { installed, phone } from '../lib/chromium.mjs';
import { writeJpeg } from '../lib/jpeg.mjs';
import { giveLens, lookTo } from '../lib/lens.mjs';
import { InspectorPhone, logIn } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';

const sites = readFileSync(resolve(import.meta.dirname, '../../../backend/demo/sites.csv'), 'utf8')
  .trim().split('\n').slice(1).map((line) => line.split(','))
  .map(([code, kind, name, township, , longitude, latitude]) => ({ code, kind, name, township, longitude: Number(longitude), latitude: Number(latitude) }));
const market = sites.find((one) => one.kind === 'farmers_market');

let county;
let folder;
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-capture-'));
  county = await demo();
});
after(async () => {
  for (const one of browsers) await one.close().catch(() => undefined);
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
/** Axe over what is open now. */
async function clean(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`), []);
}

const shot = (page, name) => (process.env.LALIAN_SHOTS ? page.screenshot({ path: join(process.env.LALIAN_SHOTS, `${name}.png`) }) : undefined);

test('evidence is taken, marked and told, and survives the phone', { timeout: 600_000 }, async (t) => {
  const position = { longitude: market.longitude, latitude: market.latitude, accuracy: 8 };
  const profile = join(folder, 'profile');
  const turnOn = async () => {
    const device = await phone({ origin: county.url, position, folder: profile });
    await device.context.grantPermissions(['geolocation', 'camera', 'microphone'], { origin: county.url });
    await giveLens(device.context);
    browsers.push(device);
    return device;
  };
  let device = await turnOn();
  let page = await device.page();
  const step = async (name, does) => {
    let failure;
    await t.test(name, async () => {
      try {
        await does();
      } catch (error) {
        failure = error;
        if (!page.isClosed()) await page.screenshot({ path: join(tmpdir(), 'lalian-capture-failed.png') });
        throw error;
      }
    });
    if (failure) throw failure;
  };
  const sheet = () => page.locator('dialog[open]').last();
  const kept = () => sheet().getByAltText(/^查看第 \d+ 张照片$/);
  let item;

  await step('a fault opens the camera, which stays open for several shots', async () => {
    await page.goto(county.url);
    await logIn(page, county.login('inspector'));
    await installed(page);
    const inspector = new InspectorPhone(page);
    await inspector.openSite(market.code);
    await inspector.beginVisit();
    item = page.locator('article[id^="item-"]').filter({ has: page.getByRole('radio', { name: '不合格' }) }).first();
    await item.getByRole('radio', { name: '不合格' }).click();
    const shutter = sheet().getByRole('button', { name: '按下拍照' });
    await expectEventually(() => shutter.isEnabled(), 'the camera');
    await lookTo(page, 135);
    await shutter.click();
    await expectEventually(async () => (await kept().count()) === 1, 'the first photo');
    await lookTo(page, 135);
    await shutter.click();
    await expectEventually(async () => (await kept().count()) === 2, 'the second photo');
    assert.ok(await shutter.isEnabled(), 'the camera is still open');
  });

  await step('light, zoom and focus are offered where the camera has them', async () => {
    await sheet().getByRole('button', { name: '打开补光灯' }).click();
    await expectEventually(() => page.evaluate(() => window.__lens.set.torch === true), 'the light');
    await sheet().getByRole('button', { name: '拉近' }).click();
    await expectEventually(() => page.evaluate(() => window.__lens.set.zoom > 1.3 && window.__lens.set.torch === true), 'the zoom, with the light still on');
    await sheet().getByRole('slider', { name: '变焦' }).fill('4');
    await expectEventually(() => page.evaluate(() => Math.abs(window.__lens.set.zoom - 4) < 0.2), 'the zoom by its slider');
    const video = sheet().locator('video');
    const box = await video.boundingBox();
    await video.dispatchEvent('pointerdown', { pointerId: 1, clientX: box.x + 100, clientY: box.y + 100, isPrimary: true });
    await video.dispatchEvent('pointerdown', { pointerId: 2, clientX: box.x + 200, clientY: box.y + 100 });
    await video.dispatchEvent('pointermove', { pointerId: 2, clientX: box.x + 150, clientY: box.y + 100 });
    await video.dispatchEvent('pointerup', { pointerId: 2, clientX: box.x + 150, clientY: box.y + 100 });
    await video.dispatchEvent('pointerup', { pointerId: 1, clientX: box.x + 100, clientY: box.y + 100, isPrimary: true });
    await expectEventually(() => page.evaluate(() => Math.abs(window.__lens.set.zoom - 2) < 0.2), 'two fingers at half the distance halve the zoom');
    await video.click({ position: { x: box.width / 2, y: box.height / 2 } });
    await expectEventually(() => page.evaluate(() => window.__lens.asked.some((one) => one.focusMode === 'single-shot' && Math.abs(one.pointsOfInterest?.[0].x - 0.5) < 0.05)), 'a tap focuses');
    await clean(page);
    await shot(page, 'finder');
    await sheet().getByRole('button', { name: '关掉补光灯' }).click();
  });

  await step('a circle and an arrow lie over the photo, and the photo stays as it was', async () => {
    await kept().first().click();
    await sheet().getByRole('button', { name: '在照片上标注' }).click();
    const board = sheet().locator('canvas.marks');
    await expectEventually(async () => ((await board.boundingBox())?.height ?? 0) > 150, 'the board');
    // The photo is drawn before anything is drawn on it.
    await page.waitForTimeout(300);
    const box = await board.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 40, box.y + box.height / 2 + 10, { steps: 4 });
    await page.mouse.up();
    await sheet().getByRole('button', { name: '箭头' }).click();
    await sheet().getByRole('button', { name: '黄' }).click();
    await page.mouse.move(box.x + 20, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 - 40, box.y + box.height / 2 - 10, { steps: 4 });
    await page.mouse.up();
    await sheet().getByRole('button', { name: '随手画' }).click();
    await page.mouse.move(box.x + 30, box.y + box.height - 30);
    await page.mouse.down();
    await page.mouse.move(box.x + 90, box.y + box.height - 50, { steps: 4 });
    await page.mouse.up();
    await sheet().getByRole('button', { name: '退一步' }).click();
    // The keyboard draws too, and leads out.
    await sheet().getByRole('application').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await clean(page);
    await shot(page, 'draw');
    await sheet().getByRole('button', { name: '存下标注' }).click();
    await sheet().getByRole('button', { name: '改标注' }).waitFor();
    await shot(page, 'marked');
    await page.keyboard.press('Escape');
    await expectEventually(async () => (await sheet().locator('.mark').count()) === 1, 'the mark on the thumbnail');
  });

  await step('a word is said instead of typed', async () => {
    await sheet().getByRole('button', { name: '说一段话' }).click();
    await sheet().getByRole('timer').waitFor();
    await expectEventually(async () => Number(await sheet().locator('meter').getAttribute('value')) > 0, 'the level moves');
    await page.waitForTimeout(1_600);
    await clean(page);
    await shot(page, 'voice');
    await sheet().getByRole('button', { name: '说完了' }).click();
    const play = sheet().getByRole('button', { name: '播放' });
    await play.waitFor();
    await play.click();
    await sheet().getByRole('button', { name: '暂停' }).waitFor();
    await sheet().getByRole('button', { name: '播放' }).waitFor();
  });

  await step('the phone ends the page while its camera is open; the app goes back to the same sheet', async () => {
    const chooser = page.waitForEvent('filechooser');
    await sheet().getByRole('button', { name: '用手机相机拍' }).click();
    await chooser;
    await page.waitForTimeout(300);
    await device.context.close();
    device = await turnOn();
    page = await device.page();
    await page.goto(`${county.url}/`);
    await page.getByText('已回到刚才的地方').waitFor({ timeout: 60_000 });
    assert.match(page.url(), /#\/visit\/.+take=before/);
    await expectEventually(async () => (await kept().count()) === 2, 'both photos are still there');
    await shot(page, 'came-back');
    const [taken] = await Promise.all([page.waitForEvent('filechooser'), sheet().getByRole('button', { name: '用手机相机拍' }).click()]);
    const picture = await writeJpeg(page, join(folder, 'taken.jpg'), 7);
    const began = performance.now();
    await taken.setFiles(picture);
    await expectEventually(async () => (await kept().count()) === 3, 'the photo of the phone’s camera');
    t.diagnostic(`12 megapixels: ${Math.round(performance.now() - began)} ms from the picker to the disk`);
    await page.getByText('已回到刚才的地方').waitFor({ state: 'detached' });
    // A reload opens the same sheet again.
    await page.reload();
    await expectEventually(async () => (await kept().count()) === 3, 'the sheet after a reload');
  });

  await step('files that are no whole photo are refused in words', async () => {
    const whole = readFileSync(join(folder, 'taken.jpg'));
    const hand = async (name, buffer) => {
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), sheet().getByRole('button', { name: '用手机相机拍' }).click()]);
      await chooser.setFiles({ name, mimeType: 'image/jpeg', buffer });
    };
    await hand('cut.jpg', whole.subarray(0, Math.floor(whole.length / 2)));
    await sheet().getByText('文件不完整').waitFor();
    await hand('letter.jpg', Buffer.from('not a photo'));
    await sheet().getByText('不是照片').waitFor();
    assert.equal(await kept().count(), 3);
  });

  await step('what is sealed says of each file where, when and how', async () => {
    await sheet().getByRole('button', { name: '好了' }).click();
    assert.ok(!page.url().includes('take='), 'a closed sheet is not opened again');
    const inspector = new InspectorPhone(page);
    await inspector.passTheRest();
    await inspector.submit();
    const office = await desk(county.url, county.login('office'));
    const ids = await page.evaluate(() => location.hash.split('/').at(-1).split('?')[0]);
    const body = await expectEventually(async () => {
      const answer = await office.get(`/api/v1/operations/${ids}`).catch(() => null);
      return answer?.body ?? null;
    }, 'the operation at the county');
    const files = body.files ?? JSON.parse(body).files;
    const before = files.filter((file) => file.role === 'before');
    assert.equal(before.length, 3);
    for (const file of before) {
      assert.equal(file.position.source, 'browser');
      assert.ok(file.position.accuracy_m <= 10);
      assert.equal(typeof file.monotonic_ms, 'number', 'the steady clock is known at the shutter');
      assert.ok(file.last_server_at);
    }
    assert.deepEqual(before.map((file) => file.capture).sort(), ['in_page', 'in_page', 'system_camera']);
    assert.deepEqual(before.filter((file) => file.capture === 'in_page').map((file) => Math.round(file.heading)), [135, 135]);
    const [layer] = files.filter((file) => file.role === 'annotation');
    assert.equal(layer.media_type, 'image/png');
    assert.ok(before.some((file) => file.file_id === layer.of_file_id));
    const [voice] = files.filter((file) => file.role === 'voice');
    assert.match(voice.media_type, /^audio\/(webm;codecs=opus|mp4)$/);
    assert.ok(voice.seconds >= 1 && voice.seconds <= 60);
  });

  assert.deepEqual(device.complaints(), []);
});
