// The calendar of what falls due: the office walks over a month with the keys and opens a day's rows; a township has it as a list on its phone; a
// title is looked at again, and what came of it is on record.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { cast } from '../lib/cast.mjs';
import { fillCounty } from '../lib/fixture.mjs';
import { drawings } from '../lib/jpeg.mjs';
import { demo } from '../lib/program.mjs';
import { open } from '../lib/walk.mjs';

let county;
let office;
let deputy;
let folder;
const { browsers, come, leave, shot } = cast('dues', () => county);
before(async () => {
  county = await demo();
  office = await desk(county.url, county.login('office'));
  deputy = await desk(county.url, county.login('deputy_leader'));
  folder = await mkdtemp(join(tmpdir(), 'lalian-dues-'));
  const { page } = await come('office');
  await fillCounty(county, { photo: await drawings(page, folder, 30) });
});
after(async () => {
  await leave();
  await county?.remove();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const TICKETS = ['repair', 'internal', 'accept', 'check', 'control', 'review', 'referral'];
/** The day with the most tickets, of this month or the next. */
async function busiest(who) {
  const today = (await who.get('/api/v1/figures/calendar')).today;
  const next = new Date(Date.parse(`${today.slice(0, 7)}-15T00:00:00Z`) + 30 * 86_400_000).toISOString().slice(0, 7);
  const months = [await who.get('/api/v1/figures/calendar'), await who.get(`/api/v1/figures/calendar?month=${next}`)];
  const rows = months.flatMap(({ month, days }) => days.flatMap(({ day, entries }) => entries.filter(({ what }) => TICKETS.includes(what)).map((entry) => ({ month, day, ...entry }))));
  assert.ok(rows.length > 0, 'something is due');
  return rows.sort((a, b) => b.count - a.count)[0];
}
const WORD = { repair: '整改到期', internal: '内部期限到期', accept: '签收到期', check: '县里核查到期', control: '先行控制到时', review: '挂账复核', referral: '部门答复到期' };

test('the office opens exactly the rows that a day counts, with the keys alone', { timeout: 240_000 }, async () => {
  const at = await come('office');
  const { page } = at;
  const { month, day, what, count } = await busiest(office);
  await open(at, `/due?month=${month}`);
  await page.locator(`[data-day="${day}"]`).waitFor();
  await shot(at, '1-month');
  // One day has the focus; the keys lead to any other.
  await page.locator('table button[tabindex="0"]').focus();
  await page.keyboard.press('Home');
  for (let on = 1; on < Number(day.slice(8)); on += 1) await page.keyboard.press('ArrowRight');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-day')), day);
  const line = page.getByRole('link', { name: new RegExp(WORD[what]) });
  await line.getByText(`${count} 件`, { exact: true }).waitFor();
  await line.press('Enter');
  await page.waitForURL(`**/#/tickets?due_on=${day}&due_kind=${what}`);
  const rows = await office.list(`/api/v1/tickets?due_on=${day}&due_kind=${what}`);
  assert.equal(rows.length, count);
  await page.getByText(rows[0].title).first().waitFor();
  await shot(at, '2-rows');
});

test('a township has it as a list on its phone', { timeout: 240_000 }, async () => {
  const at = await come('deputy_leader');
  const { page } = at;
  await open(at, '/');
  await page.getByRole('link', { name: '期限日历' }).click();
  await page.getByRole('heading', { name: '期限日历' }).waitFor();
  const { month, day, what, count } = await busiest(deputy);
  await open(at, `/due?month=${month}`);
  const line = page.locator(`a[href="#/tickets?due_on=${day}&due_kind=${what}"]`);
  await line.getByText(`${count} 件`, { exact: true }).waitFor();
  await shot(at, '3-phone');
  const box = await line.boundingBox();
  assert.ok(box.height >= 44, `a big target: ${box.height}`);
  await line.click();
  const rows = await deputy.list(`/api/v1/tickets?due_on=${day}&due_kind=${what}`);
  await page.getByText(rows[0].title).first().waitFor();
  assert.equal(await page.locator('main ul.plain > li').count(), count);
});

test('a title is looked at again, and what came of it stands with the next day', { timeout: 240_000 }, async () => {
  const today = (await office.get('/api/v1/figures/calendar')).today;
  const title = { subject_kind: 'division', subject_id: deputy.me.posts[0].unit_id, level: 'county', title: '示例称号', year: 2021, valid_until: null, recheck_day: today, note: '' };
  await office.post('/api/v1/honours', title);
  const at = await come('office');
  const { page } = at;
  await open(at, `/honours?recheck_on=${today}`);
  await page.getByText('待复查').first().waitFor();
  await page.getByRole('button', { name: /^记录复查/ }).first().click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: '记下' }).click();
  await sheet.getByText('请选复查结果').waitFor();
  await sheet.getByRole('radio', { name: '保留称号' }).click();
  const next = `${Number(today.slice(0, 4)) + 1}-06-30`;
  await sheet.getByLabel('下次复查（可不填）').fill(next);
  await sheet.getByLabel('说明（可不填）').fill('保持良好');
  await shot(at, '4-recheck');
  await sheet.getByRole('button', { name: '记下' }).click();
  await sheet.waitFor({ state: 'hidden' });
  const kept = (await office.list('/api/v1/honours')).find((one) => one.title === '示例称号');
  assert.deepEqual([kept.recheck_day, kept.rechecks[0].outcome, kept.rechecks[0].note], [next, 'kept', '保持良好']);
  for (const one of browsers) assert.deepEqual(one.complaints(), [], one.role);
});
