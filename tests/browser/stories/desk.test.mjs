// The office's desk by keyboard and by filter: the queue of repairs, what lies on a border, whose work is not here yet.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk, newDevice } from '../lib/api.mjs';
import { fillCounty } from '../lib/fixture.mjs';
import { drawings } from '../lib/jpeg.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { arrive, open } from '../lib/walk.mjs';

let county;
let folder;
let at;
let page;
let office;
let filled;
let photo;
let repairs = 23;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-desk-'));
  county = await demo();
  at = await arrive(county, 'office');
  page = at.page;
  office = await desk(county.url, county.login('office'));
  photo = await drawings(page, folder, 30);
  filled = await fillCounty(county, { photo });
});
after(async () => {
  await at?.close();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** A township's repair of a ticket, signed. */
async function repaired(id) {
  const deputy = await desk(county.url, county.login('deputy_leader'));
  const step = async (kind, more, options) => {
    const { version } = await deputy.get(`/api/v1/tickets/${id}`);
    return deputy.operate(kind, { ticket_id: id, seen_version: version, ...more }, options);
  };
  if ((await deputy.get(`/api/v1/tickets/${id}`)).state === 'issued') await step('ticket.accept/1', { person_named: '经办人' });
  const attempt_id = randomUUID();
  await step('ticket.rectify/1', { attempt_id, note: '' }, { files: [{ bytes: photo((repairs += 1)), role: 'after' }] });
  await step('ticket.submit/1', { attempt_id, note: '' });
  await expectEventually(async () => (await office.get(`/api/v1/tickets/${id}`)).check === 'yes', 'the ticket to wait for its check');
}

test('the queue of repairs by keyboard: forth and back, enlarged, passed, undone, returned with a digit', { timeout: 240_000 }, async () => {
  const { waiting: hard, returned, fresh } = filled.tickets;
  for (const id of [returned, fresh]) await repaired(id);
  // How severe a fault is decides whether its pictures do; the order of equal deadlines is chance.
  for (const [id, severity] of [[hard, 'major'], [returned, 'minor'], [fresh, 'minor']]) {
    const { version, severity: now } = await office.get(`/api/v1/tickets/${id}`);
    if (now !== severity) await office.operate('ticket.edit/1', { ticket_id: id, seen_version: version, severity, is_static: null, due_day: null, reason: '核对过程度' });
  }
  await open(at, '/verify');
  const rows = page.locator('li[id^="row-"]');
  await expectEventually(async () => (await rows.count()) === 3, 'three repairs');
  const current = () => page.locator('section.queue-detail').getAttribute('aria-label');
  const position = page.locator('.walk span[aria-live]');
  const loaded = () => expectEventually(() => page.locator('section.queue-detail article:visible img').evaluateAll((all) => all.length > 0 && all.every((img) => img.naturalWidth > 0)), 'the photos');
  const first = await position.textContent();
  await page.keyboard.press('j');
  await expectEventually(async () => (await position.textContent()) !== first, 'the second');
  await page.keyboard.press('k');
  await expectEventually(async () => (await position.textContent()) === first, 'the first again');
  await loaded();
  await page.keyboard.press('z');
  await page.locator('dialog[open]').waitFor();
  // What lies under a dialog hears nothing.
  await page.keyboard.press('a');
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  assert.equal(await rows.count(), 3);

  const show = async (id) => {
    await page.locator(`#row-${id} a, #row-${id} button`).first().click();
    await loaded();
  };
  // A letter that may do nothing says why, as the button beside it does.
  await show(hard);
  assert.ok(await page.getByRole('button', { name: '通过，销号' }).isDisabled());
  await page.keyboard.press('a');
  await page.getByRole('status').getByText('到现场看过才能通过').waitFor();
  assert.equal(await rows.count(), 3);

  const passed = returned;
  await show(passed);
  const title = await current();
  await page.keyboard.press('a');
  await page.getByText(`通过销号：${title}`).waitFor();
  await page.getByRole('button', { name: '撤回' }).click();
  await expectEventually(async () => (await rows.count()) === 3, 'the ticket is back');
  await show(passed);
  await page.keyboard.press('a');
  await expectEventually(async () => (await rows.count()) === 2, 'one is passed');

  await loaded();
  const left = await rows.evaluateAll((all) => all.map((one) => one.id.slice(4)));
  await page.keyboard.press('r');
  const sheet = page.getByRole('dialog');
  await sheet.waitFor();
  // Letters and digits are words while somebody writes.
  await sheet.getByLabel('补充说明').fill('');
  await sheet.getByLabel('补充说明').press('a');
  assert.equal(await rows.count(), 2);
  await sheet.getByRole('radio').first().focus();
  await page.keyboard.press('2');
  await expectEventually(() => sheet.getByRole('radio', { name: /只改了一部分/ }).isChecked(), 'the second reason');
  await page.keyboard.press('Control+Enter');
  await expectEventually(async () => (await rows.count()) === 1, 'one is returned');
  // Leaving seals what could still be undone.
  await open(at, '/tickets');
  await expectEventually(async () => (await office.get(`/api/v1/tickets/${passed}`)).state === 'closed', 'the passed one');
  const states = await expectEventually(async () => {
    const all = await Promise.all(left.map((id) => office.get(`/api/v1/tickets/${id}`)));
    return all.some((one) => one.state === 'rework') && all;
  }, 'the returned one');
  assert.deepEqual(states.map((one) => one.state).sort(), ['rework', 'submitted']);
  assert.equal(states.find((one) => one.state === 'rework').last_reason, 'partial');
  assert.deepEqual(at.complaints(), []);
});

test('what lies on a border of townships is found with one tap, and by its address', { timeout: 180_000 }, async () => {
  const inspector = await desk(county.url, county.login('inspector'));
  const site = (await office.list('/api/v1/sites?kind=bus_shelter'))[0];
  const near = { lon: site.lon, lat: site.lat, accuracy_m: 5_000, fixed_at: new Date().toISOString(), source: 'browser', datum: 'WGS84' };
  const report = { finding_id: randomUUID(), site_id: null, item_code: null, instance_key: '', title: '界桩旁的护栏断了', note: '', severity: 'minor', is_static: true, position: near, fixed_on_spot: false };
  await inspector.operate('finding.report/1', report, { files: [{ bytes: photo(19), role: 'before' }] });
  const wanted = (await office.list('/api/v1/tickets?border=true')).map((one) => one.id).sort();
  const all = await office.list('/api/v1/tickets');
  const every = all.length;
  const closed = all.filter(({ state }) => ['closed', 'declined', 'merged', 'void'].includes(state)).length;
  assert.ok(wanted.length > 0 && wanted.length < every && closed > 0 && closed < every);
  await open(at, '/');
  await open(at, '/tickets');
  const rows = page.locator('tbody a[href^="#/tickets/"]');
  await expectEventually(async () => (await rows.count()) === every - closed, 'what is not finished');
  if (process.env.LALIAN_SHOTS) await page.screenshot({ path: `${process.env.LALIAN_SHOTS}/tickets-open.png` });
  await page.getByRole('button', { name: '所有未办结' }).click();
  await expectEventually(async () => (await rows.count()) === every, 'all tickets');
  assert.equal(await page.getByRole('button', { name: '所有未办结' }).count(), 0, 'a filter that was taken off');
  const chip = page.getByRole('button', { name: '边界待定' });
  await chip.click();
  await expectEventually(async () => (await rows.count()) === wanted.length, 'the ones on a border');
  assert.deepEqual((await rows.evaluateAll((all) => all.map((one) => one.hash.split('/').at(-1)))).sort(), wanted);
  assert.equal(await chip.getAttribute('aria-pressed'), 'true');
  assert.match(page.url(), /border=true/);
  await page.reload();
  await expectEventually(async () => (await rows.count()) === wanted.length, 'the same by its address');
  await page.getByRole('button', { name: '清除筛选' }).click();
  await expectEventually(async () => (await rows.count()) === every, 'all again');
  assert.deepEqual(at.complaints(), []);
});

test('the board of unsent work says whose device, how much, since when, and how safe it lies there', { timeout: 180_000 }, async () => {
  const device = newDevice('检查员乙的备用手机');
  const who = county.login('inspector', 1);
  const holder = await desk(county.url, who, { device });
  const oldest = new Date(Date.now() - 26 * 3_600_000);
  await holder.post(`/api/v1/devices/${device.id}/reconcile`, {
    epoch: null, sealed_through: 3, held: { operations: 3, files: 5, oldest_at: oldest.toISOString() }, free_bytes: 300_000_000, persisted: false, app_version: '0.9.7', items: [],
  });
  await open(at, '/unsent');
  const row = page.locator('li').filter({ hasText: device.name });
  await row.waitFor();
  const local = (date) => new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit' }).format(date);
  const columns = Object.fromEntries(await row.locator('dl > div').evaluateAll((all) => all.map((one) => [one.querySelector('dt').textContent, one.querySelector('dd').textContent])));
  assert.ok((await row.innerText()).includes(holder.me.person.name), 'whose device it is');
  assert.deepEqual([columns['未上传记录'], columns['未上传照片'], columns['软件版本'], columns['浏览器保管']], ['3', '5', '0.9.7', '没有答应，可能被清理']);
  assert.ok(columns['最早一件'].includes(local(oldest)), columns['最早一件']);
  assert.match(columns['剩余空间'], /^3\d\d(\.\d)? MB|^28\d(\.\d)? MB/);
  assert.ok(Math.abs(Date.now() - Date.parse((await office.get('/api/v1/devices/unsent')).items.find((one) => one.device_id === device.id).last_contact_at)) < 600_000);
  assert.notEqual(columns['上次连上'], '还没连上过');
  await row.getByText('空间不多').waitFor();
  await row.getByText('超过一天').waitFor();
  assert.deepEqual(at.complaints(), []);
});
