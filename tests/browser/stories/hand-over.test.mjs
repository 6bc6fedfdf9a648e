// A deputy leaves in the middle of the work: one step moves the post, the next one's phone shows what is open and what has to be given anew,
// and the former one's phone shows none of it any more.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { cast } from '../lib/cast.mjs';
import { drawings } from '../lib/jpeg.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { open, settled } from '../lib/walk.mjs';

let county;
let folder;
let photo;
/** Who is asked over HTTP, by role. */
const at = {};
const { come, leave, shots: shot } = cast('hand-over', () => county);
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-hand-over-'));
  county = await demo();
  for (const role of ['office', 'inspector', 'deputy_leader', 'desk_officer', 'village_cadre']) at[role] = await desk(county.url, county.login(role));
  photo = await drawings((await come('office')).page, folder, 8);
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
let drawn = 0;
const draw = () => photo((drawn += 1));
const ticketOf = (id) => at.office.get(`/api/v1/tickets/${id}`);
const step = async (who, kind, id, more, options) => who.operate(kind, { ticket_id: id, seen_version: (await who.get(`/api/v1/tickets/${id}`)).version, ...more }, options);
/** Found in a village of the township that is not the cadre's, given to the township and accepted by its deputy. */
async function given(title) {
  const { village_id, township_id } = at.village_cadre.me.posts[0];
  const sites = await at.inspector.list(`/api/v1/sites?township_id=${township_id}`);
  const site = sites.find((one) => one.village_id !== village_id);
  const position = { lon: site.lon, lat: site.lat, accuracy_m: 8, fixed_at: new Date().toISOString(), source: 'browser', datum: 'WGS84' };
  const finding = { finding_id: randomUUID(), site_id: site.id, item_code: null, instance_key: '', title, note: '', severity: 'minor', is_static: true, position, fixed_on_spot: false };
  await at.inspector.operate('finding.report/1', finding, { files: [{ bytes: draw(), role: 'before', position }] });
  const id = await expectEventually(async () => (await at.office.list('/api/v1/tickets?state=pending')).find((one) => one.title === title)?.id, `the ticket ${title}`);
  await step(at.office, 'ticket.issue/1', id, { unit_kind: 'township', unit_id: township_id, severity: null, is_static: true, deadline_days: 3, note: '' });
  await step(at.deputy_leader, 'ticket.accept/1', id, { person_named: '示例人员' });
  return id;
}
const section = (page, title) => page.locator('section').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
const lineOf = (page, name) => page.locator('li.person').filter({ has: page.getByText(name, { exact: true }) });
const day = (days) => new Date(Date.now() + (8 + days * 24) * 3_600_000).toISOString().slice(0, 10);

const ROOF = '候车亭顶棚漏水';
const LAMP = '路灯不亮';
let roof;
let lamp;

test('a deputy leaves with work open: the screen says what moves and what ends, and one step does it', { timeout: 300_000 }, async () => {
  roof = await given(ROOF);
  await step(at.desk_officer, 'ticket.rectify/1', roof, { attempt_id: randomUUID(), note: '已经修好' }, { files: [{ bytes: draw(), role: 'after' }] });
  lamp = await given(LAMP);
  const due = (await ticketOf(lamp)).official_due_at;
  const wanted_day = new Date(Date.parse(due) + 4 * 86_400_000).toISOString().slice(0, 10);
  await step(at.deputy_leader, 'ticket.ask/1', lamp, { request_id: randomUUID(), what: 'extension', reason: '材料还没到', wanted_day, measure: '先围挡', unit_kind: null, unit_id: null });
  await at.deputy_leader.post('/api/v1/delegations', { severities: ['minor'], from_day: day(0), to_day: day(6), desk_post_id: null, reason: '' });
  const deputy = await come('deputy_leader');
  await open(deputy, '/');
  await section(deputy.page, '等您签字').getByText(ROOF).waitFor();
  await deputy.page.getByText(LAMP).first().waitFor();
  const next = await come('village_cadre');
  await open(next, '/');
  assert.equal(await next.page.getByText(ROOF).count(), 0, 'a cadre sees his own village');
  const clerk = await come('desk_officer');
  await open(clerk, '/');
  await section(clerk.page, '等您签字').getByText(ROOF).waitFor();

  const office = await come('office');
  const { page } = office;
  const [leaves, comes] = [at.deputy_leader.me.person.name, at.village_cadre.me.person.name];
  await open(office, '/staff');
  await page.getByRole('searchbox').first().fill(county.login('deputy_leader').login);
  await lineOf(page, leaves).getByRole('button', { name: /^离任或移交/ }).first().click();
  const sheet = page.getByRole('dialog');
  const line = sheet.locator('li').filter({ hasText: '委托签字' });
  await line.getByText('随岗位结束').waitFor();
  const who = sheet.getByLabel('谁来接手');
  await who.selectOption({ label: await who.locator('option').filter({ hasText: comes }).first().textContent() });
  await line.getByText('随岗位结束').waitFor();
  for (const words of ['接手人会在消息里看到，需要时重新委托', '整改单、申请和消息归单位和岗位']) await sheet.getByText(words).waitFor();
  await sheet.getByRole('button', { name: '分工调整' }).click();
  await shot(office, '1-sheet', false);
  await sheet.getByRole('button', { name: '交接并结束岗位' }).click();
  await page.getByText(/^岗位已结束/).first().waitFor();
});

test('the next deputy finds the open work on the phone, is told what to give anew, and gives it', { timeout: 300_000 }, async () => {
  const next = await come('village_cadre');
  const { page } = next;
  await page.reload();
  await settled(next);
  await open(next, '/me');
  await page.getByRole('button', { name: /乡镇分管领导/ }).click();
  await section(page, '等您签字').getByText(ROOF).waitFor();
  await page.getByText(LAMP).first().waitFor();
  await shot(next, '2-home');
  // The request that was asked for goes on as the unit's own.
  await open(next, `/tickets/${lamp}`);
  await page.getByText('材料还没到').first().waitFor();
  await fresh(next, '/inbox');
  const told = page.getByRole('link', { name: new RegExp(`${at.deputy_leader.me.person.name}的委托签字已随岗位结束`) });
  await told.waitFor();
  await told.getByText('请您重新委托').waitFor();
  await shot(next, '2-inbox');
  await told.click();
  await page.waitForURL(/#\/team/);
  await page.getByText('已收回').first().waitFor();

  // Until then nobody signs for him: the desk is told so, too.
  const clerk = await come('desk_officer');
  await fresh(clerk, '/inbox');
  await clerk.page.getByText('现在由接任的负责人签字').waitFor();
  await shot(clerk, '2-desk');
  await fresh(clerk, '/');
  await expectEventually(async () => (await section(clerk.page, '等您签字').count()) === 0, 'nothing to sign without leave');
  await page.getByRole('button', { name: '委托签字' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: '一周' }).click();
  await sheet.getByRole('button', { name: '确定委托' }).click();
  await page.getByText('正在生效').first().waitFor();
  await shot(next, '2-team');
  await fresh(clerk, '/');
  await section(clerk.page, '等您签字').getByText(ROOF).waitFor();

  // And he signs what his predecessor left.
  await open(next, '/sign');
  await page.getByRole('button', { name: `看过，签这件：${ROOF}` }).click();
  await page.getByRole('button', { name: '签字并提交 1 件' }).click();
  await expectEventually(async () => (await ticketOf(roof)).state === 'submitted', 'signed');
  const signed = (await ticketOf(roof)).events.find((event) => event.transition === 'T10');
  assert.equal(signed.person_name ?? signed.by_name, at.village_cadre.me.person.name, JSON.stringify(signed));
});

test('the former deputy’s phone shows nothing of it any more, and says whom to ask', { timeout: 120_000 }, async () => {
  const deputy = await come('deputy_leader');
  const { page } = deputy;
  await page.reload();
  await page.getByText('这个账号现在没有岗位，请联系县专班。').waitFor({ timeout: 60_000 });
  await shot(deputy, '3-former');
  for (const route of ['/', `/tickets/${roof}`, `/tickets/${lamp}`, '/inbox', '/sign']) {
    await open(deputy, route);
    for (const title of [ROOF, LAMP]) assert.equal(await page.getByText(title).count(), 0, `${title} at ${route}`);
  }
  await at.deputy_leader.get(`/api/v1/tickets/${roof}`).then(
    () => assert.fail('he still reads it'),
    () => undefined,
  );
});
