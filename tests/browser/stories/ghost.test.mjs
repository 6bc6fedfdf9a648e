// The same frame again: the last photo of an item lies faintly over the viewfinder on the next visit, without a signal, and the before-photo over the repair.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { installed, phone } from '../lib/chromium.mjs';
import { InspectorPhone, logIn } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';

const TOWNSHIP = '519901001000';
const sites = readFileSync(resolve(import.meta.dirname, '../../../backend/demo/sites.csv'), 'utf8')
  .trim().split('\n').slice(1).map((line) => line.split(','))
  .map(([code, kind, name, township, , longitude, latitude]) => ({ code, kind, name, township, longitude: Number(longitude), latitude: Number(latitude) }));
const market = sites.find((one) => one.kind === 'farmers_market' && one.township === TOWNSHIP);

let county;
const browsers = [];
before(async () => {
  county = await demo();
});
after(async () => {
  for (const one of browsers) await one.close().catch(() => undefined);
  await county?.remove();
});
const shot = (page, name) => (process.env.LALIAN_SHOTS ? page.screenshot({ path: join(process.env.LALIAN_SHOTS, `${name}.png`) }) : undefined);
const position = { longitude: market.longitude, latitude: market.latitude, accuracy: 8 };

async function inspectorPhone(index) {
  const device = await phone({ origin: county.url, position });
  browsers.push(device);
  const page = await device.page();
  await page.goto(county.url);
  await logIn(page, county.login('inspector', index));
  await installed(page);
  const inspector = new InspectorPhone(page);
  await inspector.sites();
  return { device, page, inspector };
}

test('the photo of the last visit lies over the viewfinder of the next one', { timeout: 400_000 }, async () => {
  const first = await inspectorPhone(0);
  await first.inspector.openSite(market.code);
  await first.inspector.beginVisit();
  const item = await first.inspector.fail(0);
  await first.inspector.passTheRest();
  await first.inspector.submit();
  const office = await desk(county.url, county.login('office'));
  const site = await office.get(`/api/v1/sites/by-code/${market.code}`);
  const photo = await expectEventually(async () => (await office.get(`/api/v1/sites/${site.id}/last-photos`)).items[0], 'the photo at the county');
  await expectEventually(async () => (await fetch(`${county.url}/api/v1/photos/${photo.photo_id}/display`, { headers: { authorization: `Bearer ${office.me.access_token}` } })).status === 200, 'its copy for screens');
  await first.device.close();

  // Somebody else, a day later; the site is opened where there is still a signal.
  const { device, page, inspector } = await inspectorPhone(1);
  await inspector.sites();
  await page.getByRole('combobox').first().selectOption('all');
  await inspector.openSite(market.code);
  const kept = () => page.evaluate(async () => {
    const [{ name }] = (await indexedDB.databases()).filter((one) => /^lalian-[0-9a-f]/.test(one.name));
    const db = await new Promise((done) => {
      const open = indexedDB.open(name);
      open.onsuccess = () => done(open.result);
    });
    const count = await new Promise((done) => {
      const ask = db.transaction('pictures').objectStore('pictures').count();
      ask.onsuccess = () => done(ask.result);
    });
    db.close();
    return count;
  });
  await expectEventually(async () => (await kept()) > 0, 'the last photo on this phone');
  await device.offline(true);
  await inspector.beginVisit();
  const question = page.locator(`[id="${item}"]`);
  await question.getByRole('radio', { name: '不合格' }).evaluate((node) => node.scrollIntoView({ block: 'center' }));
  await question.getByRole('radio', { name: '不合格' }).click();
  const sheet = page.locator('dialog[open]').last();
  const ghost = sheet.locator('.ghost img');
  await ghost.waitFor();
  await sheet.getByText(/淡影是 .* 的照片/).waitFor();
  await shot(page, 'ghost');
  await sheet.getByRole('button', { name: '隐藏上次照片' }).click();
  await ghost.waitFor({ state: 'detached' });
  // The choice holds for the next start.
  await page.reload();
  await sheet.getByRole('button', { name: '显示上次照片' }).click();
  await ghost.waitFor();
  assert.deepEqual(device.complaints(), []);
  await device.close();
});

test('the photo from before lies over the viewfinder of the repair', { timeout: 400_000 }, async () => {
  const office = await desk(county.url, county.login('office'));
  const pending = await office.list('/api/v1/tickets?state=pending');
  const ticket = pending.find((one) => one.site_name === market.name);
  await office.operate('ticket.issue/1', { ticket_id: ticket.id, seen_version: ticket.version, unit_kind: 'township', unit_id: ticket.township_id, severity: null, is_static: null, deadline_days: null, note: '' });
  const device = await phone({ origin: county.url, position });
  browsers.push(device);
  const page = await device.page();
  await page.goto(county.url);
  await logIn(page, county.login('deputy_leader'));
  await page.evaluate((id) => {
    location.hash = `#/tickets/${id}`;
  }, ticket.id);
  await page.getByRole('button', { name: '签收', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: '确认签收' }).click();
  await page.getByText('已签收，可以安排整改了').waitFor();
  await page.getByRole('button', { name: '拍整改后照片' }).first().click();
  const sheet = page.locator('dialog[open]').last();
  await sheet.locator('.ghost img').waitFor({ timeout: 60_000 });
  await sheet.getByText('淡影是整改前的照片').waitFor();
  await shot(page, 'ghost-repair');
  assert.deepEqual(device.complaints(), []);
});
