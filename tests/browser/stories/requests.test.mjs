// What a township asks the county, from a phone without a network to the answer that it reads; and what the office does beside issue and check.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { cast } from '../lib/cast.mjs';
import { fillCounty } from '../lib/fixture.mjs';
import { drawings } from '../lib/jpeg.mjs';
import { takePhoto } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { open } from '../lib/walk.mjs';

let county;
let folder;
let at;
let office;
let inspector;
let deputy;
let photo;
let filled;
const { browsers, come, leave, shot } = cast('requests', () => county);
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-requests-'));
  county = await demo();
  at = await come('office');
  office = await desk(county.url, county.login('office'));
  inspector = await desk(county.url, county.login('inspector'));
  deputy = await desk(county.url, county.login('deputy_leader'));
  photo = await drawings(at.page, folder, 30);
  filled = await fillCounty(county, { photo });
});
after(async () => {
  await leave();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

const ticketOf = (id) => office.get(`/api/v1/tickets/${id}`);
const stepsOf = async (id) => (await ticketOf(id)).events.map((event) => event.transition);
const step = async (who, kind, id, more, options) => who.operate(kind, { ticket_id: id, seen_version: (await who.get(`/api/v1/tickets/${id}`)).version, ...more }, options);
async function picture(nth) {
  const file = join(folder, `picture-${nth}.jpg`);
  await writeFile(file, photo(nth));
  return file;
}
/** The county's day that ends with this deadline. */
const lastDay = (at) => new Date(Date.parse(at) + 8 * 3_600_000 - 1).toISOString().slice(0, 10);
/** As the screens write it. */
const spoken = (day) => `${Number(day.slice(5, 7))}/${Number(day.slice(8, 10))}周.`;
const later = (day, days) => new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** Something found between sites, `metres` to the north of the last one. */
async function found(title, nth, metres) {
  const [anywhere] = await inspector.list('/api/v1/sites');
  const position = { lon: anywhere.lon + 0.02, lat: anywhere.lat + metres / 111_000, accuracy_m: 8, fixed_at: new Date().toISOString(), source: 'browser', datum: 'WGS84' };
  const finding = { finding_id: randomUUID(), site_id: null, item_code: null, instance_key: '', title, note: '', severity: 'minor', is_static: true, position, fixed_on_spot: false };
  await inspector.operate('finding.report/1', finding, { files: [{ bytes: photo(nth), role: 'before', position }] });
  return expectEventually(async () => (await office.list('/api/v1/tickets?state=pending')).find((one) => one.title === title)?.id, `the ticket ${title}`);
}
/** The same, given to the township and accepted there. */
async function given(title, nth, metres, { accepted = true } = {}) {
  const id = await found(title, nth, metres);
  const unit_id = deputy.me.posts[0].unit_id;
  await step(office, 'ticket.issue/1', id, { unit_kind: 'township', unit_id, severity: null, is_static: true, deadline_days: 3, note: '' });
  if (accepted) await step(deputy, 'ticket.accept/1', id, { person_named: '示例人员' });
  return id;
}
/** Opens a ticket on a phone that has it. */
async function onPhone(helper, id) {
  await open(helper, '/');
  await open(helper, `/tickets/${id}`);
  await helper.page.getByRole('button', { name: '有困难 / 要延期' }).waitFor();
}
/** The office's queue of requests, with this one open. */
async function queued(browser, title) {
  await open(browser, '/');
  await open(browser, '/requests');
  const row = browser.page.locator('li[id^="row-"]').filter({ hasText: title });
  await row.getByRole('link').or(row.getByRole('button')).first().click();
  const shown = browser.page.locator('section.queue-detail article:visible');
  await shown.getByRole('heading', { name: title }).waitFor();
  await browser.page.evaluate(() => document.activeElement?.blur());
  return shown;
}

let late;
test('more time is asked for without a network; the office agrees with one key; the township reads the day and why', { timeout: 240_000 }, async () => {
  late = await given('候车亭顶棚漏水', 8, 0);
  const due = lastDay((await ticketOf(late)).official_due_at);
  const helper = await come('deputy_leader');
  const { page } = helper;
  await onPhone(helper, late);
  await helper.offline(true);
  await onPhone(helper, late);
  await page.getByRole('button', { name: '有困难 / 要延期' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('radio', { name: /^要延期/ }).click();
  // Nothing goes off half filled in.
  await sheet.getByRole('button', { name: '提交申请' }).click();
  await sheet.getByText('请写一句原因').waitFor();
  await shot(helper, '1-ask-empty', false);
  await sheet.getByRole('button', { name: '材料还没到' }).click();
  await sheet.getByRole('button', { name: /^再加 3 个工作日/ }).click();
  await sheet.getByLabel('这段时间的临时措施').fill('先围挡，放提示牌');
  const wanted = await sheet.getByLabel('或选一天').inputValue();
  assert.ok(wanted > due, `${wanted} lies after ${due}`);
  await shot(helper, '1-ask-filled', false);
  await sheet.getByRole('button', { name: '提交申请' }).click();
  await page.getByText('有一件申请存在本机，连上网自动送出').waitFor();
  assert.equal(await page.getByRole('button', { name: '有困难 / 要延期' }).count(), 0, 'not asked twice');
  await shot(helper, '1-kept');
  assert.deepEqual((await ticketOf(late)).requests, [], 'the county knows nothing yet');
  await helper.offline(false);
  const asked = await expectEventually(async () => (await ticketOf(late)).requests[0], 'the request arrives');
  assert.deepEqual([asked.what, asked.state, asked.wanted_day, asked.reason, asked.measure], ['extension', 'open', wanted, '材料还没到', '先围挡，放提示牌']);
  await page.getByText('希望延到').first().waitFor();
  await page.getByText('已存在本机，连上网自动上传').waitFor({ state: 'hidden' });
  await page.getByText('已申请延期，等县专班答复。').waitFor();
  await shot(helper, '1-waits');

  const shown = await queued(at, '候车亭顶棚漏水');
  await shown.getByText('原因：材料还没到').waitFor();
  await shown.getByText('措施：先围挡，放提示牌').first().waitFor();
  await shot(at, '1-queue', false);
  await at.page.keyboard.press('a');
  await expectEventually(async () => (await ticketOf(late)).requests[0].state === 'approved', 'agreed');
  const now = await ticketOf(late);
  assert.deepEqual([lastDay(now.official_due_at), now.extensions, lastDay(now.first_due_at)], [wanted, 1, due]);

  await onPhone(helper, late);
  await page.getByText(new RegExp(`同意延期到 ?${spoken(wanted)}`)).first().waitFor();
  await page.getByText(new RegExp(`原定 ${spoken(due)}.*，改为 ${spoken(wanted)}`)).first().waitFor();
  await page.getByText(/延期一次（原定/).waitFor();
  await shot(helper, '1-answered');
});

test('a hold is asked for with a photo of how it is kept safe; the office says no, and the township reads why', { timeout: 240_000 }, async () => {
  const id = await given('路面塌陷待施工', 9, 2_000);
  const leader = await come('main_leader');
  const { page } = leader;
  await onPhone(leader, id);
  await page.getByRole('button', { name: '有困难 / 要延期' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByText('暂时办不了').first().waitFor();
  await sheet.getByRole('button', { name: '已列入工程，等开工' }).click();
  await sheet.getByRole('button', { name: /^20 个工作日后/ }).click();
  await sheet.getByLabel('以后怎么办、现在怎么管住').fill('随道路改造一起做，现在围起来');
  await sheet.getByRole('button', { name: '拍照片' }).click();
  await takePhoto(page, sheet, await picture(14));
  await shot(leader, '2-ask', false);
  await sheet.getByRole('button', { name: '提交申请' }).click();
  const asked = await expectEventually(async () => (await ticketOf(id)).requests[0]?.photos[0]?.state === 'stored' && (await ticketOf(id)).requests[0], 'the request and its photo arrive');
  assert.deepEqual([asked.what, asked.photos.length, (await ticketOf(id)).before.length, (await ticketOf(id)).state], ['hold', 1, 1, 'in_progress']);
  await page.getByText('已申请挂账，等县专班答复').first().waitFor();
  await shot(leader, '2-waits');

  const shown = await queued(at, '路面塌陷待施工');
  const seen = shown.getByRole('button', { name: /现场安全措施/ }).locator('img').or(shown.locator('figure').filter({ hasText: '现场安全措施' }).locator('img'));
  await expectEventually(async () => seen.first().evaluate((img) => img.naturalWidth > 0), 'the office sees the photo');
  await shot(at, '2-queue', false);
  await at.page.keyboard.press('d');
  const why = at.page.getByRole('dialog');
  await why.getByRole('button', { name: '不同意' }).click();
  await why.getByRole('alert').or(why.locator('[aria-invalid="true"]')).first().waitFor();
  await why.getByRole('textbox').fill('可以分步整改，请先做能做的');
  await shot(at, '2-deny', false);
  await why.getByRole('button', { name: '不同意' }).click();
  await expectEventually(async () => (await ticketOf(id)).requests[0].state === 'denied', 'the answer is sealed');
  assert.equal((await ticketOf(id)).state, 'in_progress');

  await onPhone(leader, id);
  // Both where it was asked for and on the first screen.
  await page.getByText('县专班说明：可以分步整改，请先做能做的').waitFor();
  await expectEventually(async () => (await page.getByText('没有同意挂账').count()) >= 3, 'at the top, at the request, in the history');
  await shot(leader, '2-answered');
});

test('the desk officer says that it is not theirs; sent to another township, it is gone from the first one', { timeout: 240_000 }, async () => {
  const id = await given('路灯不亮', 10, 4_000, { accepted: false });
  const clerk = await come('desk_officer');
  const { page } = clerk;
  await onPhone(clerk, id);
  await page.getByRole('button', { name: '有困难 / 要延期' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: '不在本乡镇范围' }).click();
  const units = sheet.getByLabel('应由谁办（知道就选）');
  const other = await expectEventually(async () => units.locator('option[value^="township:"]').first().textContent(), 'other townships');
  await units.selectOption({ label: other });
  await shot(clerk, '3-ask', false);
  await sheet.getByRole('button', { name: '提交申请' }).click();
  await expectEventually(async () => (await ticketOf(id)).requests[0]?.state === 'open', 'the request arrives');
  await page.getByText('已申请退回，等县专班答复').first().waitFor();
  await shot(clerk, '3-waits');

  const shown = await queued(at, '路灯不亮');
  await shown.getByRole('button', { name: `同意，转交${other.trim()}` }).waitFor();
  await shot(at, '3-queue', false);
  // Another unit, or that the first routing was wrong: one letter further on.
  await at.page.keyboard.press('e');
  const answer = at.page.getByRole('dialog');
  await answer.getByLabel('第一次交办就给错了单位').check();
  await shot(at, '3-otherwise', false);
  await answer.getByRole('button', { name: '同意', exact: true }).click();
  await expectEventually(async () => (await ticketOf(id)).requests[0].state === 'approved', 'agreed');
  const now = await ticketOf(id);
  assert.equal(now.unit_name, other.trim());
  assert.notEqual(now.unit_id, deputy.me.posts[0].unit_id);
  assert.equal(now.state, 'issued');
  assert.equal(now.events.find((event) => event.transition === 'T6').data.wrongly_routed, true);

  // The phone asks again when its network comes back.
  await clerk.offline(true);
  await clerk.offline(false);
  await expectEventually(async () => {
    await open(clerk, '/');
    return (await page.locator(`a[href="#/tickets/${id}"]`).count()) === 0;
  }, 'gone from the first township');
  await open(clerk, `/tickets/${id}`);
  await page.getByText('没有找到').first().waitFor();
  await shot(clerk, '3-gone');
});

test('reminded, changed, marked as hard and merged: the history says it in sentences', { timeout: 240_000 }, async () => {
  const { page } = at;
  const sheet = page.getByRole('dialog');
  const main = page.locator('main');
  const press = (name) => main.getByRole('button', { name, exact: true }).first().click();
  const due = lastDay((await ticketOf(late)).official_due_at);
  const further = later(due, 9);
  await open(at, `/tickets/${late}`);
  await press('催办');
  await sheet.getByRole('button', { name: '请说明进展' }).click();
  await sheet.getByRole('button', { name: '催办', exact: true }).click();
  await expectEventually(async () => (await ticketOf(late)).reminders === 1, 'reminded');
  await press('修改要求');
  await sheet.getByLabel('最后一天').fill(further);
  await sheet.getByLabel('为什么改').fill('雨季施工，统一顺延');
  await shot(at, '4-edit', false);
  await sheet.getByRole('button', { name: '修改要求', exact: true }).click();
  await expectEventually(async () => lastDay((await ticketOf(late)).official_due_at) === further, 'another day');
  await press('标为难点');
  await sheet.getByLabel('请县里帮什么').fill('请协调材料');
  await sheet.getByRole('button', { name: '标为难点', exact: true }).click();
  await expectEventually(async () => (await ticketOf(late)).hard_case, 'marked');
  assert.deepEqual((await stepsOf(late)).slice(-3), ['T16', 'T17', 'hard_case']);
  await open(at, '/');
  await open(at, `/tickets/${late}`);
  for (const words of ['第 1 次催办', '请说明进展', '雨季施工，统一顺延', '标为难点，请县里协调', '请协调材料', '催办过 1 次']) await main.getByText(words).first().waitFor();
  await main.getByText(new RegExp(`原定 ${spoken(due)}.*，改为 ${spoken(further)}`)).first().waitFor();
  await shot(at, '4-history');

  const helper = await come('deputy_leader');
  await onPhone(helper, late);
  for (const words of ['催办', '请说明进展', '修改要求', '难点，请县里协调：请协调材料']) await helper.page.getByText(words).first().waitFor();
  await shot(helper, '4-told');

  // The county says who coordinates, not before it has said until when; the township reads it where it asked.
  await press('答复难点');
  await sheet.getByLabel('谁来协调').fill('示例部门');
  await sheet.getByRole('button', { name: '答复难点', exact: true }).click();
  await sheet.getByText('请选今天或以后的日期').waitFor();
  await shot(at, '4-answer', false);
  await sheet.getByLabel('到哪天').fill(further);
  await sheet.getByRole('button', { name: '答复难点', exact: true }).click();
  await expectEventually(async () => (await stepsOf(late)).at(-1) === 'hard_answered', 'answered');
  await main.getByText(/^县里答复：由示例部门协调，到/).waitFor();
  await onPhone(helper, late);
  await helper.page.getByText(/^县里答复：由示例部门协调，到/).waitFor();
  await shot(helper, '4-answered');

  // The same hole, reported twice from two sides of the road.
  const twin = await given('候车亭漏水（另一侧上报）', 11, 60, { accepted: false });
  await open(at, `/tickets/${twin}`);
  await press('合并到另一件');
  await sheet.getByRole('radio', { name: /候车亭顶棚漏水/ }).click();
  await shot(at, '4-merge', false);
  await sheet.getByRole('button', { name: '合并', exact: true }).click();
  await expectEventually(async () => (await ticketOf(twin)).state === 'merged', 'merged');
  assert.equal((await ticketOf(twin)).merged_into_id, late);
  await main.getByRole('link', { name: '打开合并到的那一件' }).first().click();
  await main.getByText('另一件并到这里').first().waitFor();
  assert.ok((await stepsOf(late)).includes('took_in'));
  assert.equal((await ticketOf(late)).findings.length, 2, 'both reports are read together');
  await shot(at, '4-merged');
});

test('a closed fault that is there again goes back to the same township, with a photo', { timeout: 240_000 }, async () => {
  const { passed } = filled.tickets;
  const { page } = at;
  await open(at, `/tickets/${passed}`);
  await page.getByRole('button', { name: '又出现了' }).first().click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('现在是什么情况').fill('雨后又积水');
  await sheet.getByRole('button', { name: '现在的照片' }).click();
  await takePhoto(page, sheet, await picture(15));
  await shot(at, '5-relapse', false);
  await sheet.getByRole('button', { name: '退回重新整改' }).click();
  await expectEventually(async () => (await ticketOf(passed)).state === 'rework', 'it is repaired once more');
  await expectEventually(async () => (await ticketOf(passed)).before.every((one) => one.state === 'stored'), 'its photo arrives');
  const now = await ticketOf(passed);
  assert.deepEqual([now.relapse, now.closed_at, now.events.at(-1).transition], [1, null, 'T13']);
  const helper = await come('deputy_leader');
  await open(helper, '/');
  await open(helper, `/tickets/${passed}`);
  await helper.page.getByText('问题反弹，重新整改').first().waitFor();
  await helper.page.getByText('雨后又积水').first().waitFor();
  await helper.page.getByRole('button', { name: '拍整改后照片' }).first().waitFor();
  await expectEventually(async () => helper.page.locator('figure img').evaluateAll((all) => all.length > 0 && all.every((img) => img.naturalWidth > 0)), 'the township sees how it is now');
  await shot(helper, '5-relapse');
});

test('a second extension takes two people: whoever agreed first is not asked again', { timeout: 240_000 }, async () => {
  const wanted_day = later(lastDay((await ticketOf(late)).official_due_at), 5);
  const request_id = randomUUID();
  await step(deputy, 'ticket.ask/1', late, { request_id, what: 'extension', reason: '还差一批', wanted_day, measure: '继续围挡', unit_kind: null, unit_id: null });
  const shown = await queued(at, '候车亭顶棚漏水');
  await shown.getByText(/再延期要由两位县专班人员同意/).waitFor();
  await at.page.keyboard.press('a');
  await expectEventually(async () => (await stepsOf(late)).includes('approval_asked'), 'the first yes');
  const again = await queued(at, '候车亭顶棚漏水');
  await again.getByText(/第一人已同意，等第二人确认/).first().waitFor();
  assert.equal(await again.getByRole('button', { name: /^同意/ }).count(), 0, 'not by the same person');
  await again.getByRole('button', { name: '换一天' }).waitFor();
  await shot(at, '6-first', false);
  const colleague = await come('office', 1);
  const theirs = await queued(colleague, '候车亭顶棚漏水');
  await theirs.getByText(/第一人已同意，等第二人确认/).first().waitFor();
  await theirs.getByRole('button', { name: /^同意，延到/ }).waitFor();
  await shot(colleague, '6-second', false);
  await colleague.page.keyboard.press('a');
  await expectEventually(async () => (await ticketOf(late)).extensions === 2, 'agreed by two');
  assert.equal(lastDay((await ticketOf(late)).official_due_at), wanted_day);
  for (const one of browsers) assert.deepEqual(one.complaints(), []);
});
