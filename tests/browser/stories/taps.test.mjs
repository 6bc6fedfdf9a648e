// A normal visit is quick: about 20 questions, two faults with photos, three photos of the place, at most 20 taps (17 is the aim), no typing.
// Counted are the pointer's own downs and the keys as the page gets them, from the list of sites to "submitted".
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installed, phone } from '../lib/chromium.mjs';
import { InspectorPhone, logIn } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';

const MOST = 20;
const [code, , , , , longitude, latitude] = readFileSync(resolve(import.meta.dirname, '../../../backend/demo/sites.csv'), 'utf8')
  .trim().split('\n').map((line) => line.split(',')).find((row) => row[1] === 'village_public_space');

let county;
let browser;
before(async () => {
  county = await demo();
});
after(async () => {
  await browser?.close();
  await county?.remove();
});

test('a normal visit takes at most 20 taps and no typing', { timeout: 300_000 }, async (t) => {
  browser = await phone({ origin: county.url, position: { longitude: Number(longitude), latitude: Number(latitude), accuracy: 8 } });
  const page = await browser.page();
  await page.goto(county.url);
  await logIn(page, county.login('inspector'));
  await installed(page);
  const inspector = new InspectorPhone(page);
  await inspector.sites();
  // The nearest site stands first, because one stands in front of it.
  const first = page.locator('a[href*="#/site/"]').first();
  await expectEventually(async () => (await first.textContent())?.includes(code) || (await first.textContent())?.includes(' m') || (await first.textContent())?.includes('米'), 'the nearest site first');
  await page.evaluate(() => {
    window.counted = { taps: 0, keys: 0, said: [] };
    const label = (node) => (node.closest('button, a, label')?.textContent ?? node.tagName).trim().slice(0, 24);
    addEventListener('pointerdown', (event) => event.isTrusted && (window.counted.taps++, window.counted.said.push(label(event.target))), true);
    addEventListener('keydown', (event) => event.isTrusted && window.counted.keys++, true);
  });
  try {
    await visit(page, first);
  } catch (error) {
    await page.screenshot({ path: join(tmpdir(), 'lalian-taps-failed.png') });
    throw error;
  }
  const { taps, keys, said } = await page.evaluate(() => window.counted);
  t.diagnostic(`taps=${taps} of ${MOST}: ${said.join(' | ')}`);
  assert.equal(keys, 0, 'no typing');
  assert.ok(taps <= MOST, `${taps} taps: ${said.join(' | ')}`);
  await inspector.sealed();
  assert.deepEqual(browser.complaints(), []);
});

async function visit(page, first) {
  await first.tap();
  await page.getByRole('button', { name: '开始检查' }).tap();
  await page.locator('article[id^="item-"]').first().waitFor();
  const questions = await page.locator('article[id^="item-"]').count();
  assert.ok(questions >= 18, `${questions} questions`);

  // Three photos of the place.
  await page.getByRole('button', { name: '拍照', exact: true }).tap();
  for (let shot = 1; shot <= 3; shot++) await shoot(page, page.locator('.overview'), shot);

  let faults = 0;
  for (const group of await page.locator('section[data-group]').all()) {
    for (const item of await group.locator('article[id^="item-"]').all()) {
      await into(page, item);
      const bad = item.getByRole('radio', { name: '不合格' });
      if (faults < 2 && (await bad.count())) {
        faults += 1;
        await into(page, bad);
        await bad.locator('..').tap();
        await failed(page, faults === 2);
        continue;
      }
      // What has to be counted is counted; all else is passed with its group.
      if (await mustCount(item)) await item.locator('.quick button[class*="pass"]').first().tap();
    }
    const rest = group.getByRole('button', { name: /其余 \d+ 项没有问题/ });
    if (await rest.count()) {
      await into(page, rest);
      await expectEventually(() => rest.isEnabled(), 'the group was scrolled through');
      await rest.tap();
    }
  }
  assert.equal(faults, 2);
  await page.getByRole('button', { name: '看一遍，准备提交' }).tap();
  await page.getByText('都填好了，可以提交').waitFor();
  await page.getByRole('button', { name: '提交', exact: true }).tap();
  await page.getByRole('button', { name: '撤销' }).waitFor();
}

/** A fail is tapped: the phrase that stands is right, or another is tapped; shutter; and the sheet is gone by itself. */
async function failed(page, otherwise) {
  const sheet = page.getByRole('dialog');
  const phrases = sheet.getByRole('group', { name: '常用说法' }).getByRole('button');
  if (otherwise && (await phrases.count()) > 1) await phrases.last().tap();
  await shoot(page, sheet, 1);
  await sheet.waitFor({ state: 'hidden' });
}

async function shoot(page, within, nth) {
  const shutter = within.getByRole('button', { name: '按下拍照' });
  await shutter.waitFor({ timeout: 60_000 });
  await expectEventually(() => shutter.isEnabled(), 'the camera');
  await shutter.tap();
  await within.getByAltText(new RegExp(`^查看第 ${nth} 张照片$`)).waitFor({ timeout: 30_000 });
}

/** Scrolls with the wheel, as a thumb does, until it is in the middle. */
async function into(page, target) {
  for (let turn = 0; turn < 40; turn++) {
    const off = await target.evaluate((node) => {
      const box = node.getBoundingClientRect();
      return box.top + Math.min(box.height, 300) / 2 - innerHeight / 2;
    });
    if (Math.abs(off) < 120) break;
    const before = await page.evaluate(() => scrollY);
    await page.mouse.wheel(0, Math.sign(off) * Math.min(Math.abs(off), 400));
    await page.waitForTimeout(60);
    if ((await page.evaluate(() => scrollY)) === before) break;
  }
  await page.waitForTimeout(60);
}

/** A count that "nothing wrong" does not answer: the rest of the group leaves it open. */
async function mustCount(item) {
  return (await item.locator('.quick').count()) > 0 && /及以上合格|多于|满分/.test((await item.locator('legend').first().textContent()) ?? '');
}
