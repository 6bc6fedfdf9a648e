// The way of one visit with the province's database: made without a signal, arrives once, its fault on the township's list and the board.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkReceipt, desk } from '../lib/api.mjs';
import { installed, phone } from '../lib/chromium.mjs';
import { demoSites, TOWNSHIP } from '../lib/fixture.mjs';
import { OfficeDesk } from '../lib/office.mjs';
import { InspectorPhone, logIn } from '../lib/pages.mjs';
import { postgres } from '../lib/postgres.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { arrive } from '../lib/walk.mjs';

let cluster;
let county;
const browsers = [];
before(async () => {
  cluster = await postgres();
  county = await demo({ database: cluster.url });
});
after(async () => {
  for (const one of browsers) await one.close();
  await county?.remove();
  await cluster?.stop();
});

test('a visit without a signal arrives once on PostgreSQL', { timeout: 300_000 }, async () => {
  const { code, longitude, latitude } = demoSites().find((one) => one.kind === 'bus_shelter' && one.township === TOWNSHIP);
  const browser = await phone({ origin: county.url, position: { longitude, latitude, accuracy: 8 } });
  browsers.push(browser);
  const page = await browser.page();
  await page.goto(county.url);
  await logIn(page, county.login('inspector'));
  await installed(page);
  const inspector = new InspectorPhone(page);
  await inspector.sites();

  await county.stop();
  await inspector.openSite(code);
  await inspector.beginVisit();
  await inspector.fail(0, null);
  await inspector.passTheRest();
  await inspector.submit();
  await inspector.sites();
  assert.match(await inspector.chip(), /未上传 1/);

  await county.start();
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await expectEventually(async () => /全部已上传/.test(await inspector.chip()), 'all uploaded', 120_000);
  const office = await desk(county.url, county.login('office'));
  const mine = await desk(county.url, county.login('inspector'));
  assert.equal((await mine.list('/api/v1/inspections?mine=true')).length, 1);
  const [ticket, ...more] = await office.list('/api/v1/tickets?state=pending');
  assert.deepEqual(more, []);
  assert.equal(ticket.missing_files, 0);
  const { receipt } = await mine.get(`/api/v1/operations/${ticket.before[0].operation_id}/receipt`);
  assert.equal((await checkReceipt(county.url, receipt)).status, 'accepted');

  const at = await arrive(county, 'office');
  browsers.push(at);
  const screen = new OfficeDesk(at.page);
  assert.deepEqual(await screen.issueAll(), [ticket.title]);
  await screen.zeroBoardSays(1);
  for (const one of browsers) assert.deepEqual(one.complaints(), []);
});
