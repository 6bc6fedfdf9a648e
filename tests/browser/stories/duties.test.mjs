// The day of each of a township's four duties, on phones: what is theirs stands first, signatures go in one go, and a department does its part.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { cast } from '../lib/cast.mjs';
import { drawings } from '../lib/jpeg.mjs';
import { takePhoto } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { open } from '../lib/walk.mjs';

let county;
let folder;
let photo;
/** Who is asked over HTTP, by role. */
const at = {};
const { come, leave, shot } = cast('duties', () => county);
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-duties-'));
  county = await demo();
  for (const role of ['office', 'inspector', 'deputy_leader', 'desk_officer', 'village_cadre', 'main_leader']) at[role] = await desk(county.url, county.login(role));
  photo = await drawings((await come('office')).page, folder, 30);
});
after(async () => {
  await leave();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

const ticketOf = (id) => at.office.get(`/api/v1/tickets/${id}`);
const step = async (who, kind, id, more, options) => who.operate(kind, { ticket_id: id, seen_version: (await who.get(`/api/v1/tickets/${id}`)).version, ...more }, options);
async function picture(nth) {
  const file = join(folder, `picture-${nth}.jpg`);
  await writeFile(file, photo(nth));
  return file;
}
let drawn = 0;
const draw = () => photo((drawn += 1));
/** Found in the village that has a cadre, given to the township; `until`: how far it has come. */
async function given(title, until = 'accepted', severity = 'minor') {
  const { village_id, township_id } = at.village_cadre.me.posts[0];
  const site = (await at.inspector.list('/api/v1/sites')).find((one) => one.village_id === village_id);
  const position = { lon: site.lon, lat: site.lat, accuracy_m: 8, fixed_at: new Date().toISOString(), source: 'browser', datum: 'WGS84' };
  const finding = { finding_id: randomUUID(), site_id: site.id, item_code: null, instance_key: '', title, note: '', severity, is_static: true, position, fixed_on_spot: false };
  await at.inspector.operate('finding.report/1', finding, { files: [{ bytes: draw(), role: 'before', position }] });
  const id = await expectEventually(async () => (await at.office.list('/api/v1/tickets?state=pending')).find((one) => one.title === title)?.id, `the ticket ${title}`);
  await step(at.office, 'ticket.issue/1', id, { unit_kind: 'township', unit_id: township_id, severity: null, is_static: true, deadline_days: 3, note: '' });
  if (until !== 'issued') await step(at.deputy_leader, 'ticket.accept/1', id, { person_named: '示例人员' });
  if (until === 'shown') await step(at.village_cadre, 'ticket.rectify/1', id, { attempt_id: randomUUID(), note: '已经修好' }, { files: [{ bytes: draw(), role: 'after', position }] });
  return id;
}
const section = (page, title) => page.locator('section').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
/** The rows of one group of the first screen, once it says so many. */
async function rowsOf(browser, title, titles) {
  await open(browser, '/');
  const found = section(browser.page, title).locator('li');
  await expectEventually(async () => (await found.count()) === titles.length, `${titles.length} under ${title}`);
  const texts = await found.allTextContents();
  for (const one of titles) assert.ok(texts.some((text) => text.includes(one)), `${one} under ${title}: ${texts.join(' | ')}`);
}

test('a village: its own tasks stand there, the camera is one tap away, and what was sent waits for the township', { timeout: 180_000 }, async () => {
  await given('村口垃圾桶满溢');
  const cadre = await come('village_cadre');
  await rowsOf(cadre, '现在要办的', ['村口垃圾桶满溢']);
  await shot(cadre, '1-village');
  const { page } = cadre;
  await cadre.offline(true);
  await page.getByRole('button', { name: '给“村口垃圾桶满溢”拍整改后照片' }).click();
  const sheet = page.getByRole('dialog');
  await takePhoto(page, sheet, await picture((drawn += 1)));
  await sheet.getByRole('button', { name: '上传整改照片' }).click();
  await page.getByText('已存在本机，连上网自动上传').waitFor({ timeout: 30_000 });
  await cadre.offline(false);
  await rowsOf(cadre, '已传照片', ['村口垃圾桶满溢']);
  assert.equal(await page.getByRole('button', { name: /拍整改后照片/ }).count(), 0, 'nothing more to take');
  await shot(cadre, '1-village-sent');
});

test('a deputy: looks at the pairs without a network, signs two of three in one go, each as work of its own', { timeout: 240_000 }, async () => {
  const roof = await given('候车亭顶棚漏水', 'shown');
  const lamp = await given('路灯不亮', 'shown', 'major');
  const deputy = await come('deputy_leader');
  await rowsOf(deputy, '等您签字', ['村口垃圾桶满溢', '候车亭顶棚漏水', '路灯不亮']);
  await shot(deputy, '2-deputy');
  const { page } = deputy;
  await page.getByRole('link', { name: '看照片签字（3 件）' }).click();
  await page.getByText('松场社区干部').or(page.getByText('已经修好')).first().waitFor();
  await shot(deputy, '2-sign');
  await deputy.offline(true);
  assert.ok(await page.getByRole('button', { name: '先看照片，再选要签的' }).isDisabled(), 'nothing is signed unseen');
  for (const title of ['候车亭顶棚漏水', '路灯不亮']) await page.getByRole('button', { name: `看过，签这件：${title}` }).click();
  await page.getByRole('button', { name: '签字并提交 2 件' }).click();
  await expectEventually(async () => (await page.getByText('已存在本机，连上网自动上传').count()) === 2, 'both kept');
  await shot(deputy, '2-signed-offline');
  assert.equal((await ticketOf(roof)).state, 'in_progress', 'the county knows nothing yet');
  await deputy.offline(false);
  for (const id of [roof, lamp]) await expectEventually(async () => (await ticketOf(id)).state === 'submitted', 'submitted');
  await rowsOf(deputy, '等您签字', ['村口垃圾桶满溢']);
  const events = await Promise.all([roof, lamp].map(async (id) => (await ticketOf(id)).events.filter((event) => event.transition === 'T10')));
  assert.deepEqual(events.map((one) => one.length), [1, 1]);
});

test('a deputy lets the desk sign minor ones; the desk signs them, the record says for whom, and no others are offered', { timeout: 240_000 }, async () => {
  const minor = await given('宣传栏破损', 'shown');
  await given('公厕洗手池无水', 'shown', 'major');
  await given('井盖松动', 'issued');
  const clerk = await come('desk_officer');
  await rowsOf(clerk, '待签收', ['井盖松动']);
  assert.equal(await section(clerk.page, '等您签字').count(), 0, 'nothing to sign before');
  const deputy = await come('deputy_leader');
  await open(deputy, '/team');
  await deputy.page.getByRole('button', { name: '委托签字' }).click();
  const sheet = deputy.page.getByRole('dialog');
  await sheet.getByRole('button', { name: '一周' }).click();
  await shot(deputy, '3-delegate', false);
  await sheet.getByRole('button', { name: '确定委托' }).click();
  await deputy.page.getByText('正在生效').first().waitFor();
  await shot(deputy, '3-team');
  await open(clerk, '/me');
  await rowsOf(clerk, '等您签字', ['村口垃圾桶满溢', '宣传栏破损']);
  await shot(clerk, '3-desk');
  await clerk.page.getByRole('link', { name: '看照片签字（2 件）' }).click();
  await clerk.page.getByRole('button', { name: '看过，签这件：宣传栏破损' }).click();
  await clerk.page.getByRole('button', { name: '签字并提交 1 件' }).click();
  await clerk.page.getByText('已签字提交，等县里核查。').waitFor();
  const signed = (await ticketOf(minor)).events.find((event) => event.transition === 'T10');
  assert.equal(signed.data.delegation.by_name, at.deputy_leader.me.person.name);
  await open(clerk, `/tickets/${minor}`);
  await clerk.page.getByText(`受${at.deputy_leader.me.person.name}委托`).waitFor();
  // Taken back, it is the deputy's again.
  await open(deputy, '/team');
  await deputy.page.getByRole('button', { name: '收回委托' }).click();
  await deputy.page.getByRole('dialog').getByRole('button', { name: '收回委托' }).click();
  await deputy.page.getByText(/已收回/).waitFor();
  await open(clerk, '/me');
  await open(clerk, '/');
  await expectEventually(async () => (await section(clerk.page, '等您签字').count()) === 0, 'nothing to sign any more');
});

test('a main leader: hard cases stand first, a department is asked, does its part, and the township goes on', { timeout: 240_000 }, async () => {
  const id = await given('电杆倾斜');
  await step(at.deputy_leader, 'ticket.mark_hard/1', id, { hard: true, ask: '请县里协调电力公司' });
  const leader = await come('main_leader');
  await rowsOf(leader, '可申请挂账', ['电杆倾斜']);
  await shot(leader, '4-leader');
  await open(leader, `/tickets/${id}`);
  const { page } = leader;
  await page.getByRole('button', { name: '有困难 / 要延期' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('radio', { name: /^提请部门办理/ }).click();
  await sheet.getByRole('button', { name: '提交申请' }).click();
  await sheet.getByText('请选一个部门').waitFor();
  await sheet.getByRole('button', { name: '设施归部门管理' }).click();
  const department = await desk(county.url, county.login('department'));
  const { unit_id, unit_name } = department.me.posts[0];
  await sheet.getByLabel('请哪个部门办').selectOption(`department:${unit_id}`);
  await shot(leader, '4-refer', false);
  await sheet.getByRole('button', { name: '提交申请' }).click();
  await page.getByText('已提请部门办理，等县专班答复。').waitFor();
  const office = await come('office');
  await open(office, '/requests');
  const queued = office.page.locator('section.queue-detail article:visible');
  await queued.getByRole('button', { name: `同意，请${unit_name}办（5 个工作日）` }).click();
  await expectEventually(async () => (await ticketOf(id)).referral?.state === 'open', 'the referral');
  const there = await come('department');
  await open(there, '/');
  await there.page.getByRole('link', { name: /乡镇提请办理/ }).click();
  await shot(there, '4-department-list', false);
  await open(there, `/tickets/${id}`);
  await shot(there, '4-department');
  await there.page.getByRole('button', { name: '办结', exact: true }).click();
  const done = there.page.getByRole('dialog');
  await takePhoto(there.page, done, await picture((drawn += 1)));
  await done.getByLabel('办了什么').fill('电杆已扶正加固');
  await shot(there, '4-department-done', false);
  await done.getByRole('button', { name: '办结', exact: true }).click();
  const ended = await expectEventually(async () => {
    const ticket = await ticketOf(id);
    return ticket.referral?.state === 'done' && ticket.state !== 'on_hold' && ticket;
  }, 'the department is done', 60_000);
  assert.equal(ended.state, 'in_progress', 'the township goes on');
  await open(leader, '/');
  await open(leader, `/tickets/${id}`);
  await page.getByText('部门已办结').first().waitFor();
  await shot(leader, '4-back');
});

test('a township looks on while a department repairs on its land, and the office opens what departments were asked', { timeout: 180_000 }, async () => {
  const clerk = await come('desk_officer');
  const { page } = clerk;
  await open(clerk, '/');
  await page.getByRole('link', { name: '本地由部门整改' }).click();
  await page.getByText('本地没有由部门整改的').waitFor();
  await shot(clerk, '6-local-empty');
  const department = (await desk(county.url, county.login('department'))).me.posts[0];
  const { village_id } = at.village_cadre.me.posts[0];
  const site = (await at.inspector.list('/api/v1/sites')).find((one) => one.village_id === village_id);
  const position = { lon: site.lon, lat: site.lat, accuracy_m: 8, fixed_at: new Date().toISOString(), source: 'browser', datum: 'WGS84' };
  const finding = { finding_id: randomUUID(), site_id: site.id, item_code: null, instance_key: '', title: '信号灯不亮', note: '', severity: 'minor', is_static: true, position, fixed_on_spot: false };
  await at.inspector.operate('finding.report/1', finding, { files: [{ bytes: draw(), role: 'before', position }] });
  const id = await expectEventually(async () => (await at.office.list('/api/v1/tickets?state=pending')).find((one) => one.title === finding.title)?.id, 'the ticket');
  await step(at.office, 'ticket.issue/1', id, { unit_kind: 'department', unit_id: department.unit_id, severity: null, is_static: true, deadline_days: 3, note: '' });
  await open(clerk, '/');
  await page.getByRole('link', { name: '本地由部门整改' }).click();
  const row = page.locator('li').filter({ hasText: finding.title });
  await row.getByText(department.unit_name).waitFor();
  await shot(clerk, '6-local');
  await row.getByRole('link').click();
  await page.getByText(`这件在本地，由${department.unit_name}整改`).waitFor();
  await page.getByText('办理经过').waitFor();
  for (const name of ['签收', '拍整改后照片', '有困难 / 要延期']) assert.equal(await page.getByRole('button', { name }).count(), 0, name);
  await shot(clerk, '6-local-ticket');

  const office = await come('office');
  await open(office, '/holders?view=referrals');
  const done = office.page.getByRole('link', { name: new RegExp(`${department.unit_name} 已办结 1`) });
  await done.waitFor();
  await shot(office, '6-referrals');
  await done.click();
  await office.page.getByText('电杆倾斜').first().waitFor();
  await office.page.getByText(`提请${department.unit_name}`).waitFor();
  await office.page.getByText('部门已办结').first().waitFor();
  await shot(office, '6-referrals-rows');
});

test('every screen of a duty opens without a network, and nobody sees a screen fail', async () => {
  for (const role of ['deputy_leader', 'desk_officer', 'main_leader', 'village_cadre']) {
    const browser = await come(role);
    await browser.offline(true);
    for (const route of ['/', '/sign']) {
      await open(browser, route);
      assert.equal(await browser.page.getByRole('heading', { level: 1 }).count(), 1);
    }
    await open(browser, '/team');
    await browser.page.getByRole('button', { name: '再试一次' }).first().waitFor();
    await shot(browser, `5-offline-${role}`);
    await browser.offline(false);
    assert.deepEqual(browser.complaints(), [], role);
  }
});
