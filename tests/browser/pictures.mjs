// The README's pictures, from the real program: node tests/browser/pictures.mjs [FOLDER]. Every screen says 示例数据.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { desk } from './lib/api.mjs';
import { DESK, installed, phone } from './lib/chromium.mjs';
import { drawing } from './lib/jpeg.mjs';
import { InspectorPhone, logIn } from './lib/pages.mjs';
import { demo } from './lib/program.mjs';
import { expectEventually } from './lib/wait.mjs';

const out = resolve(process.argv[2] ?? join(import.meta.dirname, '../../pwa/pictures'));
await mkdir(out, { recursive: true });
const TOWNSHIP = '519901001000';
const site = (kind) => {
  const rows = readFileSync(resolve(import.meta.dirname, '../../backend/demo/sites.csv'), 'utf8').trim().split('\n').slice(1);
  const [code, , name, , , longitude, latitude] = rows.map((row) => row.split(',')).find((row) => row[1] === kind && row[3] === TOWNSHIP);
  return { code, name, at: { longitude: Number(longitude), latitude: Number(latitude), accuracy: 8 } };
};

const folder = await mkdtemp(join(tmpdir(), 'lalian-pictures-'));
const county = await demo();
const shot = async (page, name) => {
  await page.waitForTimeout(1200);
  await page.screenshot({ path: join(out, `${name}.png`) });
  console.log(join(out, `${name}.png`));
};

const places = ['bus_shelter', 'farmers_market', 'public_toilet'].map(site);
const walker = await phone({ origin: county.url, position: places[0].at });
const page = await walker.page();
await page.goto(county.url);
await logIn(page, county.login('inspector'));
await installed(page);
const inspector = new InspectorPhone(page);
await inspector.sites();
await shot(page, 'inspector-sites');
for (const [nth, place] of places.entries()) {
  await walker.context.setGeolocation(place.at);
  await inspector.openSite(place.code);
  await inspector.beginVisit();
  await inspector.fail(0, await drawing(page, join(folder, `a${nth}.jpg`), 20 + nth * 70));
  await inspector.fail(1, await drawing(page, join(folder, `b${nth}.jpg`), 50 + nth * 70));
  if (nth === 0) await shot(page, 'inspector-checklist');
  await inspector.passTheRest();
  await inspector.submit();
}
await inspector.sites();
await expectEventually(async () => /全部已上传/.test(await inspector.chip()), 'all uploaded', 240_000);

const office = await desk(county.url, county.login('office'));
const screen = await phone({ origin: county.url, viewport: DESK });
const wide = await screen.page();
await wide.goto(county.url);
await logIn(wide, county.login('office'));
await wide.goto(`${county.url}/#/issue`);
await wide.waitForTimeout(6000);
await shot(wide, 'office-issue');
const pending = await office.list('/api/v1/tickets?state=pending');
for (const ticket of pending) {
  const unit = { unit_kind: 'township', unit_id: ticket.township_id, severity: null, is_static: null, deadline_days: null, note: '' };
  await office.operate('ticket.issue/1', { ticket_id: ticket.id, seen_version: ticket.version, ...unit });
}
await wide.goto(`${county.url}/#/zero`);
await wide.reload();
await shot(wide, 'office-zero');

const helper = await phone({ origin: county.url, position: places[0].at });
const small = await helper.page();
await small.goto(county.url);
await logIn(small, county.login('deputy_leader'));
await small.waitForTimeout(4000);
await shot(small, 'township-home');
await small.goto(`${county.url}/#/tickets/${pending[0].id}`);
await shot(small, 'township-ticket');

for (const one of [walker, screen, helper]) await one.close();
await county.remove();
await rm(folder, { recursive: true, force: true });
