// What must not be lost at the end of a chain: an honoured place without anybody to turn to, a duty that nobody holds, somebody who stands in,
// a repair that did not hold, and a danger that is under control before it is repaired.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { cast } from '../lib/cast.mjs';
import { demoSites, TOWNSHIP } from '../lib/fixture.mjs';
import { drawings } from '../lib/jpeg.mjs';
import { takePhoto } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { open, settled } from '../lib/walk.mjs';

let county;
let folder;
let photo;
/** Who is asked over HTTP, by role. */
const at = {};
const { browsers, come, leave, shots: shot } = cast('very-end', () => county);
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-very-end-'));
  county = await demo();
  for (const role of ['office', 'inspector', 'deputy_leader', 'desk_officer', 'village_cadre']) at[role] = await desk(county.url, county.login(role));
  photo = await drawings((await come('office')).page, folder, 16);
});
after(async () => {
  await leave();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** The screen anew, as somebody sees it who comes to it. */
async function fresh(browser, route) {
  await open(browser, '/me');
  await open(browser, route);
}
const ticketOf = (id) => at.office.get(`/api/v1/tickets/${id}`);
const step = async (who, kind, id, more, options) => who.operate(kind, { ticket_id: id, seen_version: (await who.get(`/api/v1/tickets/${id}`)).version, ...more }, options);
let drawn = 0;
const draw = () => photo((drawn += 1));
async function picture() {
  const file = join(folder, `picture-${(drawn += 1)}.jpg`);
  await writeFile(file, photo(drawn));
  return file;
}
/** Found in the township that has its people, and given to it; `issue` says more of how. */
async function given(title, issue = {}) {
  const { unit_id } = at.deputy_leader.me.posts[0];
  const site = (await at.inspector.list(`/api/v1/sites?township_id=${unit_id}`))[0];
  const position = { lon: site.lon, lat: site.lat, accuracy_m: 8, fixed_at: new Date().toISOString(), source: 'browser', datum: 'WGS84' };
  const finding = { finding_id: randomUUID(), site_id: site.id, item_code: null, instance_key: '', title, note: '', severity: 'minor', is_static: true, position, fixed_on_spot: false };
  await at.inspector.operate('finding.report/1', finding, { files: [{ bytes: draw(), role: 'before', position }] });
  const id = await expectEventually(async () => (await at.office.list('/api/v1/tickets?state=pending')).find((one) => one.title === title)?.id, `the ticket ${title}`);
  await step(at.office, 'ticket.issue/1', id, { unit_kind: 'township', unit_id, severity: null, is_static: true, deadline_days: 3, note: '', ...issue });
  await step(at.deputy_leader, 'ticket.accept/1', id, { person_named: '示例人员' });
  return id;
}
/** Its repair, shown by the desk; returns the attempt. */
async function shown(id) {
  const attempt_id = randomUUID();
  await step(at.desk_officer, 'ticket.rectify/1', id, { attempt_id, note: '已经修好' }, { files: [{ bytes: draw(), role: 'after' }] });
  return attempt_id;
}
const lineOf = (page, name) => page.locator('li.person').filter({ has: page.getByText(name, { exact: true }) });

/** One township's part of the board of gaps, opened; null where it has none. */
async function gapsOf(browser, township) {
  await fresh(browser, '/holders');
  const group = browser.page.locator('.groups details').filter({ has: browser.page.locator('summary b').getByText(township, { exact: true }) });
  if ((await group.count()) === 0) return [];
  if (!(await group.evaluate((node) => node.open))) await group.locator('summary').click();
  return group.locator('li').allInnerTexts();
}
const says = (rows, ...words) => rows.some((row) => words.every((word) => row.includes(word)));

test('honours come in from a table; the place without anybody to turn to is told, to the county and to the township, until somebody is named', { timeout: 300_000 }, async () => {
  const office = await come('office');
  const { page } = office;
  const township = at.desk_officer.me.posts[0].unit_name;
  const { unit_id: village_id, unit_name: village } = at.village_cadre.me.posts[0];
  const { code: village_code } = (await at.office.list('/api/v1/divisions?kind=village')).find((one) => one.id === village_id);
  const site = demoSites().find((one) => one.township === TOWNSHIP);
  const head = '类别,编码,级别,荣誉名称,年份,有效期到,复查日\n';
  const good = `${head}村镇,${village_code},省级,省级文明村（示例）,2024,,2027/3/1\nsite,${site.code},county,示范站（示例）,2025,2027-12-31,\n`;
  const bad = `${head}division,519901999999,provincial,省级文明村（示例）,2024,,\nsite,${site.code},world,示范站（示例）,2025,,\n`;

  // Nothing of a table with faults comes in, and each fault has its line.
  await open(office, '/honours');
  await page.getByRole('button', { name: '导入表格' }).click();
  const sheet = page.getByRole('dialog');
  // The names of the columns stand there to be copied, with a line as an example.
  await sheet.getByText('第一行是列名，照下面抄').click();
  await sheet.getByText('类别,编码,级别,荣誉名称,年份,有效期到,复查日,备注').waitFor();
  await shot(office, '1-template', false);
  await sheet.getByLabel('或粘贴表格内容').fill(bad);
  await sheet.getByRole('button', { name: '检查' }).click();
  await sheet.getByText('2 处要改，改好再导入').waitFor();
  for (const where of ['第 2 行「编码」列', '第 3 行「级别」列']) await sheet.getByText(where).waitFor();
  assert.equal(await sheet.getByRole('button', { name: /^导入 \d+ 行$/ }).count(), 0, 'nothing to bring in');
  await shot(office, '1-faults', false);
  await page.keyboard.press('Escape');

  // By whoever runs the server, and looked over again on the screen: the same table changes nothing.
  const file = join(folder, 'honours.csv');
  await writeFile(file, good);
  await county.import('honours', file);
  await page.getByRole('button', { name: '导入表格' }).click();
  await sheet.locator('input[type="file"]').setInputFiles(file);
  await sheet.getByText('共 2 行：新增 0，改动 0，不变 2').waitFor();
  await shot(office, '1-same', false);
  await page.keyboard.press('Escape');
  await fresh(office, '/honours');
  await expectEventually(async () => (await page.locator('main').getByText('没有专人').count()) === 2, 'nobody to turn to at either place');
  await shot(office, '1-honours');
  const gaps = await gapsOf(office, township);
  assert.ok(says(gaps, village, '没有专人') && says(gaps, site.name, '没有专人'), gaps.join(' | '));
  await shot(office, '1-gaps');

  const clerk = await come('desk_officer');
  await open(clerk, '/liaisons');
  await clerk.page.getByText('2 处荣誉点位还缺专人').waitFor();
  await shot(clerk, '1-liaisons');
  const cadre = at.village_cadre.me.person.name;
  for (const [place, who] of [[village, cadre], [site.name, at.deputy_leader.me.person.name]]) {
    await clerk.page.getByRole('button', { name: `${place}的专人` }).click();
    await clerk.page.getByRole('dialog').getByRole('button', { name: who }).first().click();
    await clerk.page.getByText(`已定${who}为${place}的专人`).waitFor();
  }
  await clerk.page.getByText('每处荣誉点位都有专人。').waitFor();
  const named = await gapsOf(office, township);
  assert.ok(!says(named, '没有专人'), named.join(' | '));
  await fresh(office, '/honours');
  await page.getByRole('row').filter({ hasText: village }).getByText(cadre).waitFor();

  // Whoever was named leaves: both hear of it at once, and who it was.
  const { login } = county.login('village_cadre');
  await open(office, '/staff');
  await page.getByRole('searchbox').first().fill(login);
  await lineOf(page, cadre).getByRole('button', { name: /^离任或移交/ }).first().click();
  const ending = page.getByRole('dialog');
  await ending.getByText(new RegExp(`荣誉点位专人.*${village}`)).waitFor();
  await shot(office, '1-leaving', false);
  await ending.getByRole('button', { name: '调动' }).click();
  await ending.getByRole('button', { name: '结束岗位', exact: true }).click();
  await page.getByText('岗位已结束').first().waitFor();
  const left = await gapsOf(office, township);
  assert.ok(says(left, village, '专人已离岗', `原来是${cadre}`), left.join(' | '));
  await fresh(clerk, '/liaisons');
  await clerk.page.getByText('专人已离岗，请换人').waitFor();
  await shot(clerk, '1-left');
  await clerk.page.getByRole('button', { name: `${village}的专人` }).click();
  await clerk.page.getByRole('dialog').getByRole('button', { name: at.desk_officer.me.person.name }).first().click();
  await clerk.page.getByText('每处荣誉点位都有专人。').waitFor();
  assert.ok(!says(await gapsOf(office, township), '专人已离岗'), 'and the county sees it mended');
});

test('a duty that nobody holds shows at once, and is gone from the board as soon as somebody holds it', { timeout: 240_000 }, async () => {
  const office = await come('office');
  const { page } = office;
  const { unit_name: township } = at.desk_officer.me.posts[0];
  const { unit_id: village_id, unit_name: village } = at.village_cadre.me.posts[0];
  const was = await gapsOf(office, township);
  assert.ok(says(was, `${village}的村社干部`, '没有人'), was.join(' | '));
  await shot(office, '2-gaps');
  // The township mends its own part of it.
  const clerk = await come('desk_officer');
  await open(clerk, '/staff');
  await clerk.page.getByRole('button', { name: '新增村干部' }).click();
  const form = clerk.page.getByRole('dialog');
  await form.getByLabel('姓名').fill('示例丙');
  await form.getByLabel('账号（手机号）').fill('13900000021');
  await form.getByRole('combobox').selectOption(village_id);
  await form.getByRole('button', { name: '新增', exact: true }).click();
  await clerk.page.getByRole('dialog').getByText(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/).waitFor();
  await clerk.page.getByRole('dialog').getByRole('button', { name: '关闭' }).last().click();
  const now = await gapsOf(office, township);
  assert.ok(!says(now, `${village}的村社干部`), now.join(' | '));
  // Nobody has to ask whether he can begin: he holds the post and waits for his slip.
  const board = page.locator('section').filter({ has: page.getByRole('heading', { name: '还不能开始工作的单位' }) });
  const waits = board.getByRole('region', { name: township });
  await waits.getByText(/村还没设密码/).waitFor();
  await waits.locator('summary').click();
  await waits.getByText(village).first().waitFor();
  await shot(office, '2-mended');

  // A township's own desk is the county's to fill: given up, it shows; given again, it is gone.
  const second = await at.office.post('/api/v1/people', { login: '13900000022', name: '示例丁', posts: [{ role: 'desk_officer', unit_id: (await townshipWithout('desk_officer')).id }] });
  await open(office, '/staff');
  await page.getByRole('searchbox').first().fill('13900000022');
  await lineOf(page, '示例丁').getByRole('button', { name: /^离任或移交/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: '结束岗位', exact: true }).click();
  await page.getByText('岗位已结束').first().waitFor();
  const elsewhere = second.posts[0].unit_name;
  assert.ok(says(await gapsOf(office, elsewhere), '经办人员', '没有人'), 'the county sees it at once');
  await open(office, '/staff');
  await page.getByRole('searchbox').first().fill('13900000022');
  await lineOf(page, '示例丁').getByRole('button', { name: '增加岗位' }).click();
  const more = page.getByRole('dialog');
  await more.getByLabel('岗位').selectOption('desk_officer');
  await more.getByLabel('乡镇（街道）').selectOption({ label: elsewhere });
  await shot(office, '2-post', false);
  await more.locator('form button[type="submit"]').click();
  await page.getByText('已办好').first().waitFor();
  assert.ok(!says(await gapsOf(office, elsewhere), '经办人员', '没有人'), 'and that it is held again');
});

/** A township of which nobody holds this duty. */
async function townshipWithout(role) {
  const { items } = await at.office.get('/api/v1/duties/gaps');
  const all = await at.office.list('/api/v1/divisions?kind=township');
  return all.find((one) => items.some((gap) => gap.kind === 'no_holder' && gap.role === role && gap.unit_id === one.id));
}

test('somebody stands in while the deputy is away: what is signed meanwhile says for whom', { timeout: 240_000 }, async () => {
  const id = await given('村口路灯不亮');
  await shown(id);
  const [away, stands] = [at.deputy_leader.me.person.name, at.desk_officer.me.person.name];
  const deputy = await come('deputy_leader');
  await open(deputy, '/team');
  await deputy.page.getByRole('button', { name: '请人代班' }).click();
  const sheet = deputy.page.getByRole('dialog');
  const who = sheet.getByLabel('请谁代');
  await who.selectOption({ label: await who.locator('option').filter({ hasText: stands }).first().textContent() });
  await sheet.getByRole('button', { name: '休假' }).click();
  await shot(deputy, '3-ask', false);
  await sheet.getByRole('button', { name: '确定', exact: true }).click();
  const card = deputy.page.locator('article').filter({ hasText: `${stands} 代 ${away}` });
  await card.getByText('正在生效').waitFor();
  await shot(deputy, '3-away');

  // On the other phone the place is there with the next look at who one is.
  const clerk = await come('desk_officer');
  await clerk.page.reload();
  await settled(clerk);
  await open(clerk, '/me');
  const place = clerk.page.getByRole('button', { name: /乡镇分管领导/ });
  await place.waitFor();
  await shot(clerk, '3-posts');
  await place.click();
  // Another post opens at its own first screen.
  await clerk.page.getByRole('heading', { name: '等您签字' }).waitFor();
  await open(clerk, '/sign');
  await clerk.page.getByRole('button', { name: '看过，签这件：村口路灯不亮' }).click();
  await clerk.page.getByRole('button', { name: '签字并提交 1 件' }).click();
  await expectEventually(async () => (await ticketOf(id)).state === 'submitted', 'signed');
  const signed = (await ticketOf(id)).events.find((event) => event.transition === 'T10');
  assert.equal(signed.acting_for, away);
  const office = await come('office');
  await fresh(office, `/tickets/${id}`);
  await office.page.getByText(`代${away}`).first().waitFor();
  await shot(office, '3-signed');

  await fresh(deputy, '/team');
  await card.getByRole('button', { name: '结束代班' }).click();
  await deputy.page.getByRole('dialog').getByRole('button', { name: '结束代班' }).click();
  await deputy.page.getByText('现在没有代班。').waitFor();
});

test('a repair that did not hold is found by the look-back: its ticket is the township’s again, and both sides see why', { timeout: 300_000 }, async () => {
  const id = await given('候车亭顶棚漏水');
  const attempt_id = await shown(id);
  await step(at.deputy_leader, 'ticket.submit/1', id, { attempt_id, note: '' });
  await step(at.office, 'ticket.verify/1', id, { attempt_id, verdict: 'passed', reason: null, note: '', on_site: true, position: null });
  assert.equal((await ticketOf(id)).state, 'closed');
  const day = (days) => new Date(Date.now() + (8 + days * 24) * 3_600_000).toISOString().slice(0, 10);
  const look = await at.office.post('/api/v1/look-backs', { from_day: day(-1), to_day: day(0) });
  assert.ok((await at.office.get(`/api/v1/look-backs/${look.id}`)).items.some((one) => one.ticket_id === id), 'it was drawn');

  const walker = await come('inspector', 1);
  await fresh(walker, `/look-back/${id}`);
  const { page } = walker;
  await walker.offline(true);
  await page.getByRole('radio', { name: /又出现了/ }).click();
  await takePhoto(page, page.locator('main'), await picture());
  await page.getByLabel('说明（可不填）').fill('顶棚又在滴水');
  await shot(walker, '4-look');
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await page.getByText('已存在本机，连上网自动上传').waitFor();
  assert.equal((await ticketOf(id)).state, 'closed', 'the county knows nothing yet');
  await walker.offline(false);
  await expectEventually(async () => (await ticketOf(id)).state === 'rework', 'it is open again');
  const now = await ticketOf(id);
  assert.deepEqual([now.relapse, now.closed_at, now.unit_id], [1, null, at.deputy_leader.me.posts[0].unit_id]);

  const office = await come('office');
  await fresh(office, `/look-backs/${look.id}`);
  await office.page.getByRole('button', { name: /^没有保持/ }).click();
  await office.page.getByRole('link', { name: /候车亭顶棚漏水/ }).waitFor();
  await shot(office, '4-draw');
  await office.page.getByRole('link', { name: /候车亭顶棚漏水/ }).click();
  await office.page.getByText('问题反弹，重新整改').first().waitFor();
  await office.page.getByText('顶棚又在滴水').first().waitFor();
  await shot(office, '4-office');

  const deputy = await come('deputy_leader');
  await deputy.page.reload();
  await settled(deputy);
  await fresh(deputy, '/');
  await deputy.page.locator('section').filter({ has: deputy.page.getByRole('heading', { name: '退回重改', exact: true }) }).getByText('候车亭顶棚漏水').waitFor();
  await shot(deputy, '4-home');
  await open(deputy, `/tickets/${id}`);
  for (const words of ['问题反弹，重新整改', '顶棚又在滴水']) await deputy.page.getByText(words).first().waitFor();
  await deputy.page.getByRole('button', { name: '拍整改后照片' }).first().waitFor();
  await expectEventually(async () => deputy.page.locator('figure img').evaluateAll((all) => all.length > 0 && all.every((img) => img.naturalWidth > 0)), 'the township sees how it is now');
  await shot(deputy, '4-township');
});

test('self-checks are asked for by the county, lie on the desk’s first screen one tap from the sheet, and the county sees what waits', { timeout: 240_000 }, async () => {
  const clerk = await come('desk_officer');
  await fresh(clerk, '/');
  assert.equal(await clerk.page.getByRole('link', { name: '本月自查' }).count(), 0, 'nobody is asked for anything by default');
  const { version, settings } = await at.office.get('/api/v1/settings');
  await at.office.put('/api/v1/settings', { version, settings: { ...settings, duties: { ...settings.duties, self_check_day: 28 } }, reason: '每月自查' });
  await clerk.page.reload();
  await settled(clerk);
  await fresh(clerk, '/');
  await clerk.page.getByRole('link', { name: '本月自查' }).click();
  const own = await at.desk_officer.get('/api/v1/duties/self-checks');
  const sites = own.items.length;
  await clerk.page.getByText(`${sites} 处点位，已自查 0 处，还有 ${sites} 处`).waitFor();
  await shot(clerk, '6-list');
  const [first, second] = own.items;
  await clerk.page.getByRole('link', { name: new RegExp(`^${second.name}`) }).click();
  await clerk.page.waitForURL(/#\/paper\/enter\/[0-9a-f-]{36}/);
  await clerk.page.locator('[data-line]').first().waitFor();

  // Another one, filled in on paper and entered.
  const list = (await at.inspector.list('/api/v1/checklists')).find((one) => one.site_kind === first.kind && one.status === 'active');
  const { person, posts } = at.desk_officer.me;
  const answers = list.body.items.map((item) => ({ item: item.code, instance_key: '', result: 'not_observed', value: null, reason: null, note: '', findings: [] }));
  const paper = { sheet_filled_at: new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10), filled_by: '示例人员', author: null, no_photo_reason: null };
  const visit = { inspection_id: randomUUID(), site_id: first.site_id, checklist_id: list.id, round_id: null, outcome: 'inspected', people_present: '', note: '', arrived: null, distance_reason: null, answers, paper };
  await at.desk_officer.operate('inspection.submit/1', visit, { files: [{ bytes: draw(), role: 'paper' }], envelope: { capture: 'paper', entered_by: { person_id: person.id, post_id: posts[0].id } } });
  await fresh(clerk, '/self-checks');
  await clerk.page.getByText(`${sites} 处点位，已自查 1 处`).waitFor();

  const office = await come('office');
  const { page } = office;
  await fresh(office, '/holders?view=progress');
  await page.getByRole('link', { name: '看本月自查' }).click();
  const row = page.getByRole('row').filter({ hasText: posts[0].unit_name });
  await row.waitFor();
  await shot(office, '6-county');
  await row.getByRole('link').first().click();
  await page.getByRole('heading', { name: posts[0].unit_name }).waitFor();
  await page.locator('li').filter({ hasText: first.name }).getByText(/已自查/).waitFor();
  assert.equal(await page.getByText('还没自查', { exact: true }).count(), sites - 1, 'what waits is counted and listed');
  await shot(office, '6-township');
});

test('a danger is under control before it is repaired: said from a phone without a network, seen by the county when it has one', { timeout: 240_000 }, async () => {
  const id = await given('路面塌陷', { deadline_days: 48, deadline_unit: 'urgent_hours', control_hours: 4, note: '先围挡' });
  const clerk = await come('desk_officer');
  const { page } = clerk;
  await clerk.page.reload();
  await settled(clerk);
  await fresh(clerk, `/tickets/${id}`);
  await page.getByText('先行控制').first().waitFor();
  await shot(clerk, '5-open');
  const office = await come('office');
  await fresh(office, `/tickets/${id}`);
  await office.page.getByText('还没有完成').first().waitFor();

  await clerk.offline(true);
  await page.getByRole('button', { name: '已控制住，拍照上报' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: '上报' }).click();
  await sheet.getByText('请拍一张照片').first().waitFor();
  await takePhoto(page, sheet, await picture());
  await sheet.getByLabel('采取了什么措施（可不填）').fill('已围挡，放了警示灯');
  await shot(clerk, '5-report', false);
  await sheet.getByRole('button', { name: '上报' }).click();
  await page.getByText('先行控制已保存在本机，联网后上传').waitFor({ timeout: 60_000 });
  await shot(clerk, '5-kept');
  assert.equal((await ticketOf(id)).stages[0].done_at, null, 'the county knows nothing yet');
  await clerk.offline(false);
  const told = await expectEventually(async () => {
    const ticket = await ticketOf(id);
    return ticket.stages[0].done_at !== null && ticket;
  }, 'the stage arrives');
  assert.deepEqual([told.stages.map((one) => [one.stage, one.late, one.done_at !== null]), told.state], [[['control', false, true], ['repair', false, false]], 'in_progress']);
  await page.getByText('先行控制已保存在本机，联网后上传').waitFor({ state: 'hidden' });
  await fresh(office, `/tickets/${id}`);
  for (const words of ['先行控制已完成', '已围挡，放了警示灯']) await office.page.getByText(words).first().waitFor();
  // Its picture is called what it shows: nothing is repaired yet.
  const figure = office.page.locator('figure').filter({ hasText: '先行控制' });
  await figure.getByRole('button').first().click();
  await office.page.getByRole('dialog', { name: '先行控制' }).waitFor();
  await office.page.keyboard.press('Escape');
  assert.equal(await office.page.getByText('整改后', { exact: true }).count(), 0, 'under control is not repaired');
  await shot(office, '5-office');
  await fresh(clerk, `/tickets/${id}`);
  assert.equal(await page.getByRole('button', { name: '已控制住，拍照上报' }).count(), 0, 'once');
  await page.locator('figure').filter({ hasText: '先行控制' }).waitFor();
  await shot(clerk, '5-controlled');
  // Repaired as well, it keeps its own place beside the repair: for the desk, for the deputy and for whoever checks.
  const attempt_id = await shown(id);
  const beside = async (browser) => {
    await fresh(browser, `/tickets/${id}`);
    const pictures = browser.page.locator('figure');
    await pictures.filter({ hasText: '先行控制' }).getByRole('img').first().waitFor();
    await pictures.filter({ hasText: '整改后' }).getByRole('img').first().waitFor();
    assert.equal(await pictures.filter({ hasText: '先行控制' }).getByRole('img').count(), 1, `${browser.role}: once`);
  };
  await beside(clerk);
  await shot(clerk, '5-repaired');
  await step(at.deputy_leader, 'ticket.submit/1', id, { attempt_id, note: '' });
  await beside(office);
  await shot(office, '5-both');
  for (const one of browsers) assert.deepEqual(one.complaints(), [], one.role);
});
