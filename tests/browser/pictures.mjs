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
import { arrive, open } from './lib/walk.mjs';

const out = resolve(process.argv[2] ?? join(import.meta.dirname, '../../pwa/pictures'));
await mkdir(out, { recursive: true });
const TOWNSHIP = '519901001000';
const site = (kind) => {
  const rows = readFileSync(resolve(import.meta.dirname, '../../backend/demo/sites.csv'), 'utf8').trim().split('\n').slice(1);
  const [code, , name, , , longitude, latitude] = rows.map((row) => row.split(',')).find((row) => row[1] === kind && row[3] === TOWNSHIP);
  return { code, name, at: { longitude: Number(longitude), latitude: Number(latitude), accuracy: 8 } };
};

const folder = await mkdtemp(join(tmpdir(), 'lalian-pictures-'));
// The quarter that whoever starts the demo finds.
const county = await demo({ lived_in: true });
const shot = async (page, name) => {
  await page.waitForTimeout(1200);
  await page.screenshot({ path: join(out, `${name}.png`) });
  console.log(join(out, `${name}.png`));
};

const stand = await phone({ origin: county.url, viewport: DESK, blind: true });
const three = await stand.page();
await three.goto(county.url);
for (const name of ['检查人员的手机', '乡镇的手机', '县专班的电脑']) {
  const device = three.getByRole('article', { name });
  await device.waitFor();
  await device.locator('.veil').waitFor({ state: 'detached', timeout: 240_000 });
}
await three.waitForTimeout(15_000);
await shot(three, 'stand');
await stand.close();

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

const office = await arrive(county, 'office');
for (const [name, address] of Object.entries({ 'office-issue': '/issue', 'office-zero': '/zero' })) {
  await open(office, address);
  await shot(office.page, name);
}

const township = await desk(county.url, county.login('deputy_leader'));
const [{ id }] = await township.list('/api/v1/tickets?state=in_progress');
const others = [];
for (const [role, addresses] of Object.entries({
  deputy_leader: { 'township-home': '/', 'township-ticket': `/tickets/${id}` },
  village_cadre: { 'village-home': '/' },
  main_leader: { 'leader-home': '/' },
  county_leader: { 'county-leader': '/' },
  department: { department: '/' },
})) {
  const one = await arrive(county, role);
  others.push(one);
  // Rows of the working set come a moment after the first screen.
  await one.page.waitForTimeout(5000);
  for (const [name, address] of Object.entries(addresses)) {
    await open(one, address);
    await shot(one.page, name);
  }
}

for (const one of [walker, office, ...others]) await one.close();
await county.remove();
await rm(folder, { recursive: true, force: true });
