// The main job on the demo county in a real browser: inspect without a server, come back, everything arrives once, the township
// repairs, somebody else verifies, the board falls by one, receipts verify with the published key.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { checkReceipt, desk } from '../lib/api.mjs';
import { installed, phone } from '../lib/chromium.mjs';
import { writeJpeg } from '../lib/jpeg.mjs';
import { InspectorPhone, logIn } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
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
let browser;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-story-'));
  county = await demo();
});
after(async () => {
  await browser?.close();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

test('a day without a signal becomes tickets, repairs and a lower board', { timeout: 900_000 }, async (t) => {
  const at = ({ longitude, latitude }) => ({ longitude, latitude, accuracy: 8 });
  browser = await phone({ origin: county.url, position: at(shelter) });
  let page = await browser.page();
  let inspector;
  let office;
  let deputy;
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

  await step('the tickets lie with the right township and get their deadlines', async () => {
    deputy = await desk(county.url, county.login('deputy_leader'));
    const township = deputy.me.posts[0].unit_id;
    const tickets = await office.list(`/api/v1/tickets?state=${OPEN}`);
    for (const ticket of tickets) {
      if (ticket.site_id !== null) assert.equal(ticket.township_id, township, ticket.title);
      const unit = { unit_kind: 'township', unit_id: ticket.township_id ?? township, severity: null, is_static: null, deadline_days: null, note: '' };
      await office.operate('ticket.issue/1', { ticket_id: ticket.id, seen_version: ticket.version, ...unit });
    }
    const issued = await office.list('/api/v1/tickets?state=issued');
    assert.equal(issued.length, 5);
    for (const ticket of issued) assert.ok(ticket.number && Date.parse(ticket.due_at) > Date.now(), ticket.title);
  });

  await step('the township submits two; one is closed, one sent back; the board falls by one', async () => {
    const statics = (await deputy.list('/api/v1/tickets?is_static=true&state=issued')).slice(0, 2);
    assert.equal(statics.length, 2, 'two static tickets of the township');
    const board = async () => (await office.get('/api/v1/figures/zero')).open;
    const before = await board();
    for (const [nth, { id }] of statics.entries()) {
      const command = async (who, kind, more) => {
        const ticket = await who.get(`/api/v1/tickets/${id}`);
        await who.operate(kind, { ticket_id: id, seen_version: ticket.version, ...more });
      };
      const attempt_id = crypto.randomUUID();
      await command(deputy, 'ticket.accept/1', { person_named: '' });
      await command(deputy, 'ticket.rectify/1', { attempt_id, note: '已修好' });
      await command(deputy, 'ticket.submit/1', { attempt_id, note: '' });
      const verdict = nth === 0 ? { verdict: 'passed', reason: null } : { verdict: 'failed', reason: 'partial' };
      await command(office, 'ticket.verify/1', { attempt_id, ...verdict, note: '', on_site: false, position: null });
    }
    assert.equal((await office.get(`/api/v1/tickets/${statics[0].id}`)).state, 'closed');
    assert.equal((await office.get(`/api/v1/tickets/${statics[1].id}`)).state, 'rework');
    assert.equal(await board(), before - 1);
  });

  assert.deepEqual(browser.complaints(), [], 'the page’s own code complained about nothing');
});
