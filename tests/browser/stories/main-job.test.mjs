// The main job on the demo county in a real browser: inspect without a server, come back, everything arrives once, the township
// repairs, somebody else verifies, the board falls by one, receipts verify with the published key.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { checkReceipt, desk } from '../lib/api.mjs';
import { DESK, installed, phone } from '../lib/chromium.mjs';
import { writeJpeg } from '../lib/jpeg.mjs';
import { OfficeDesk } from '../lib/office.mjs';
import { InspectorPhone, logIn } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { TownshipPhone } from '../lib/township.mjs';
import { expectEventually } from '../lib/wait.mjs';

// The first township of the demo that has staff, and two of its sites.
const TOWNSHIP = '519901001000';
const sites = readFileSync(resolve(import.meta.dirname, '../../../backend/demo/sites.csv'), 'utf8')
  .trim().split('\n').slice(1).map((line) => line.split(','))
  .map(([code, kind, name, township, , longitude, latitude]) => ({ code, kind, name, township, longitude: Number(longitude), latitude: Number(latitude) }));
const site = (kind) => sites.find((one) => one.kind === kind && one.township === TOWNSHIP);
const shelter = site('bus_shelter');
const market = site('farmers_market');
const OPEN = 'pending,issued,in_progress,submitted,rework,on_hold,closed';

let county;
let folder;
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-story-'));
  county = await demo();
});
after(async () => {
  for (const one of browsers) await one.close();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

test('a day without a signal becomes tickets, repairs and a lower board', { timeout: 900_000 }, async (t) => {
  const at = ({ longitude, latitude }) => ({ longitude, latitude, accuracy: 8 });
  const browser = await phone({ origin: county.url, position: at(shelter) });
  browsers.push(browser);
  let page = await browser.page();
  let inspector;
  let office;
  let officeDesk;
  let deputy;
  /** Somebody else's browser, signed in. */
  const arrive = async (role, options) => {
    const another = await phone({ origin: county.url, ...options });
    browsers.push(another);
    const tab = await another.page();
    await tab.goto(county.url);
    await logIn(tab, county.login(role));
    return tab;
  };
  /** A later step means nothing when an earlier one failed. */
  const step = async (name, does) => {
    let failure;
    await t.test(name, async () => {
      try {
        await does();
      } catch (error) {
        failure = error;
        if (!page.isClosed()) await page.screenshot({ path: join(tmpdir(), 'lalian-story-failed.png') });
        throw error;
      }
    });
    if (failure) throw failure;
  };

  await step('the inspector logs in once, with a signal', async () => {
    await page.goto(county.url);
    await logIn(page, county.login('inspector'));
    await installed(page);
    const debug = await browser.context.newCDPSession(page);
    assert.deepEqual((await debug.send('Page.getInstallabilityErrors')).installabilityErrors, [], 'nothing keeps the app from being installed');
    inspector = new InspectorPhone(page);
    await inspector.sites();
  });

  await step('with the server gone, two sites are inspected and a finding is reported', async () => {
    const photos = [await writeJpeg(page, join(folder, 'one.jpg'), 1), await writeJpeg(page, join(folder, 'two.jpg'), 2)];
    await county.stop();
    for (const [place, taken] of [[shelter, [null, null]], [market, photos]]) {
      await browser.context.setGeolocation(at(place));
      await inspector.openSite(place.code);
      await inspector.beginVisit();
      for (const [nth, photo] of taken.entries()) await inspector.fail(nth, photo);
      await inspector.passTheRest();
      await inspector.submit();
    }
    await inspector.report('路灯杆倾斜');
    await inspector.sites();
    assert.match(await inspector.chip(), /未上传 3/);
  });

  await step('the tab is closed and opened again, still without the server', async () => {
    const old = page;
    page = await browser.context.newPage();
    await old.close();
    await page.goto(county.url);
    inspector = new InspectorPhone(page);
    await inspector.sites();
    assert.match(await inspector.chip(), /未上传 3/);
  });

  await step('when the server is back everything arrives once, with receipts that verify', async () => {
    await county.start();
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await expectEventually(async () => /全部已上传/.test(await inspector.chip()), 'all uploaded', 240_000);
    office = await desk(county.url, county.login('office'));
    const mine = await desk(county.url, county.login('inspector'));
    assert.equal((await mine.list('/api/v1/inspections?mine=true')).length, 2, 'each visit once');
    const tickets = await office.list(`/api/v1/tickets?state=${OPEN}`);
    assert.equal(tickets.length, 5, 'four failed answers and one finding');
    assert.ok(tickets.every((ticket) => ticket.missing_files === 0), 'every photo has arrived');
    assert.ok(tickets.every((ticket) => ticket.before.length >= 1), 'each fault has its photo');
    for (const id of new Set(tickets.flatMap((ticket) => ticket.before.map((photo) => photo.operation_id)))) {
      const { receipt } = await mine.get(`/api/v1/operations/${id}/receipt`);
      const claims = await checkReceipt(county.url, receipt);
      assert.deepEqual([claims.sub, claims.status], [id, 'accepted']);
    }
  });

  await step('the office issues them from its queue; they lie with the right township and have deadlines', async () => {
    deputy = await desk(county.url, county.login('deputy_leader'));
    const township = deputy.me.posts[0];
    const pending = await office.list('/api/v1/tickets?state=pending');
    for (const ticket of pending) if (ticket.site_id !== null) assert.equal(ticket.township_id, township.unit_id, ticket.title);
    page = await arrive('office', { viewport: DESK });
    officeDesk = new OfficeDesk(page);
    const decided = await officeDesk.issueAll(township.unit_name);
    assert.deepEqual(decided.toSorted(), pending.map((ticket) => ticket.title).toSorted(), 'each came up once');
    // The last one is still on its way when the queue is empty.
    const issued = await expectEventually(async () => {
      const rows = await office.list('/api/v1/tickets?state=issued');
      return rows.length >= 5 && rows;
    }, 'all are issued at the county');
    assert.equal(issued.length, 5);
    for (const ticket of issued) assert.ok(ticket.number && Date.parse(ticket.due_at) > Date.now(), ticket.title);
  });

  await step('the township accepts two on its phone, takes the photo beside the first one and signs', async () => {
    page = await arrive('deputy_leader', { position: at(shelter) });
    const helper = new TownshipPhone(page);
    const listed = (await (await helper.tickets('issued', 5)).allTextContents()).join('\n');
    const statics = (await deputy.list('/api/v1/tickets?is_static=true&state=issued')).slice(0, 2);
    assert.equal(statics.length, 2, 'two static tickets of the township');
    for (const [nth, { id, title }] of statics.entries()) {
      assert.ok(listed.includes(title), `${title} is on the list`);
      // Pictures of their own: one from before, or of another place, is no repair.
      await helper.repair(id, await writeJpeg(page, join(folder, `after-${nth}.jpg`), 41 + nth));
    }
    await helper.tickets('submitted', 2);
    await expectEventually(async () => /全部已上传/.test(await helper.chip()), 'both photos uploaded');
  });

  await step('the office passes one and sends one back; the board falls by one', async () => {
    page = officeDesk.page;
    const before = await officeDesk.zeroBoard();
    const [passed, returned] = await officeDesk.verifyTwo();
    // The last verdict is still on its way when the queue is empty.
    const judged = await expectEventually(async () => {
      const rows = await office.list(`/api/v1/tickets?state=closed,rework`);
      return rows.length >= 2 && rows;
    }, 'both verdicts at the county', 60_000);
    const states = Object.fromEntries(judged.map((ticket) => [ticket.title, ticket.state]));
    assert.deepEqual(states, { [passed]: 'closed', [returned]: 'rework' });
    await officeDesk.zeroBoardSays(before - 1);
  });

  for (const one of browsers) assert.deepEqual(one.complaints(), [], 'the page’s own code complained about nothing');
});
