// Accounts from the first slip to the last hand-over: a desk officer makes a cadre, prints the slip, the cadre begins with it on a phone; a number
// changes, a post goes to somebody else, somebody stands in for some days.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { cast } from '../lib/cast.mjs';
import { phone, PHONE } from '../lib/chromium.mjs';
import { printed } from '../lib/print.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { open } from '../lib/walk.mjs';

const PASSWORD = '后山那片野李子林里的石头';
let county;
const at = {};
const { browsers, come, leave, shot } = cast('accounts', () => county);
before(async () => {
  county = await demo();
  for (const role of ['office', 'desk_officer', 'deputy_leader']) at[role] = await desk(county.url, county.login(role));
});
after(async () => {
  await leave();
  await county?.remove();
});

const personOf = async (login) => (await at.office.list(`/api/v1/people?q=${encodeURIComponent(login)}`)).find((one) => one.login === login);
const villages = () => at.desk_officer.list(`/api/v1/divisions?kind=village&parent_id=${at.desk_officer.me.posts[0].unit_id}`);
const lineOf = (page, name) => page.locator('li.person').filter({ has: page.getByText(name, { exact: true }) });

test('a cadre begins with a printed slip', async () => {
  const officer = await come('desk_officer');
  const { page } = officer;
  const [first, second] = await villages();
  await open(officer, '/');
  await page.getByRole('link', { name: '村干部账号' }).click();
  await page.getByRole('heading', { name: '村干部账号' }).waitFor();
  await page.getByRole('button', { name: '新增村干部' }).click();
  const form = page.getByRole('dialog');
  assert.equal(await form.getByLabel('岗位').count(), 0, 'a township makes cadres and nobody else');
  await form.getByLabel('姓名').fill('示例甲');
  await form.getByLabel('账号（手机号）').fill('13900000001');
  await form.getByRole('combobox').selectOption({ label: first.name });
  await shot(officer, 'new', false);
  await form.getByRole('button', { name: '新增', exact: true }).click();
  const told = page.getByRole('dialog').getByText(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/);
  await told.waitFor();
  const earlier = await told.textContent();
  await page.getByRole('dialog').getByRole('button', { name: '关闭' }).last().click();
  await at.desk_officer.post('/api/v1/people', { login: '13900000002', name: '示例乙', posts: [{ role: 'village_cadre', unit_id: second.id }] });

  await page.getByRole('button', { name: '还没设密码' }).click();
  await lineOf(page, '示例乙').waitFor();
  await shot(officer, 'list');
  for (const name of ['示例甲', '示例乙']) await page.getByRole('checkbox', { name: `选中${name}` }).check();
  await page.getByRole('button', { name: '打印登录码单（2 人）' }).click();
  await shot(officer, 'ask', false);
  await page.getByRole('button', { name: '发码并排版' }).click();
  await page.getByRole('heading', { name: '登录码单' }).waitFor();
  await page.locator('.a4 article').nth(1).waitFor();
  await shot(officer, 'slips');
  const paper = await printed(page, { rows: 4, keep: process.env.LALIAN_SHOTS ? join(process.env.LALIAN_SHOTS, 'accounts-slips.pdf') : undefined });
  assert.equal(paper.sheets, 1, 'four slips an A4');
  assert.match(paper.size, /A4/);
  const links = [...new Set(paper.codes[0])];
  assert.equal(links.length, 2, `a scanner reads both slips: ${links}`);
  const link = links.find((one) => one.includes('13900000001'));
  const code = new URLSearchParams(link.split('?')[1]).get('code');
  for (const word of ['示例甲', '13900000001', code, first.name]) assert.ok(paper.words[0].includes(word), `${word} stands on the paper`);
  assert.notEqual(code, earlier, 'the printed code is another one');
  await page.getByRole('button', { name: '打印好了，返回' }).click();
  await page.getByRole('heading', { name: '村干部账号' }).waitFor();

  const cadre = await phone({ origin: county.url, viewport: PHONE });
  browsers.push(cadre);
  const hand = await cadre.page();
  const asked = [];
  hand.on('request', (request) => asked.push(request.url()));
  await hand.goto(link);
  await hand.getByText('账号和登录码已填好').waitFor();
  assert.equal(await hand.getByLabel('手机号或账号').inputValue(), '13900000001');
  await expectEventually(async () => !hand.url().includes(code), 'the code leaves the address');
  await shot({ page: hand }, 'scanned');
  await hand.getByRole('button', { name: '登录', exact: true }).click();
  await hand.getByRole('heading', { name: '请先设自己的密码' }).waitFor();
  assert.equal(await hand.getByLabel('当前密码').count(), 0, 'nobody types the code again');
  const choose = async (password) => {
    await hand.getByLabel('新密码', { exact: true }).fill(password);
    await hand.getByLabel('再输一次新密码').fill(password);
    await hand.getByRole('button', { name: '保存新密码' }).click();
  };
  await choose('password1234');
  await hand.getByText('太常见，容易被猜到').waitFor();
  await shot({ page: hand }, 'password');
  await choose(PASSWORD);
  await hand.getByRole('heading', { name: first.name }).or(hand.getByText(first.name).first()).first().waitFor();
  assert.ok(!asked.some((url) => url.includes(code)), 'the code was in no request’s address');
  assert.ok(!county.log.some((line) => line.includes(code)), 'and in no log');

  // Found on the floor, the slip opens nothing.
  const finder = await phone({ origin: county.url, viewport: PHONE });
  browsers.push(finder);
  const found = await finder.page();
  await found.goto(link);
  await found.getByRole('button', { name: '登录', exact: true }).click();
  await found.getByText('这个登录码用过了').waitFor();
  await found.getByText('找乡镇经办人员或分管领导').waitFor();
  await shot({ page: found }, 'used');
});

test('a changed number keeps the person', async () => {
  const officer = await come('desk_officer');
  const { page } = officer;
  const before = await personOf('13900000001');
  await open(officer, '/staff');
  await lineOf(page, '示例甲').getByRole('button', { name: '改资料' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('手机号', { exact: true }).fill('139 0000 0009');
  await sheet.getByLabel('账号也改成这个手机号').check();
  await shot(officer, 'edit', false);
  await sheet.getByRole('button', { name: '保存' }).click();
  await lineOf(page, '示例甲').getByText('13900000009').waitFor();
  const now = await personOf('13900000009');
  assert.deepEqual([now.id, now.posts[0].id], [before.id, before.posts[0].id]);
  await desk(county.url, { login: '13900000009', password: PASSWORD });
});

test('a post goes to somebody else in one step', async () => {
  const officer = await come('desk_officer');
  const { page } = officer;
  const leaving = await personOf('13900000009');
  await open(officer, '/staff');
  await lineOf(page, '示例甲').getByRole('button', { name: /^离任或移交/ }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('谁来接手').selectOption({ label: `示例乙 · 村（社区）干部 · ${(await villages())[1].name}` });
  await sheet.getByRole('button', { name: '换届' }).click();
  await shot(officer, 'hand-over', false);
  await sheet.getByRole('button', { name: '交接并结束岗位' }).click();
  await sheet.waitFor({ state: 'detached' });
  const [one, two] = await Promise.all([personOf('13900000009'), personOf('13900000002')]);
  assert.equal(one.posts[0].valid_now, false);
  assert.ok(two.posts.some((post) => post.unit_id === leaving.posts[0].unit_id && post.valid_now), JSON.stringify(two.posts));
});

test('somebody stands in for some days, and gives the place back', async () => {
  const deputy = await come('deputy_leader');
  const name = at.desk_officer.me.person.name;
  await open(deputy, '/team');
  await deputy.page.getByRole('button', { name: '请人代班' }).click();
  const sheet = deputy.page.getByRole('dialog');
  const who = sheet.getByLabel('请谁代');
  await who.selectOption({ label: await who.locator('option').filter({ hasText: name }).first().textContent() });
  await shot(deputy, 'stand-in', false);
  await sheet.getByRole('button', { name: '确定' }).click();
  await expectEventually(async () => (await at.deputy_leader.list('/api/v1/substitutes')).some((one) => one.person_name === name && one.valid_now), 'the stand-in holds the post');
  const acting = await desk(county.url, county.login('desk_officer'));
  assert.ok(acting.me.posts.some((post) => post.role === 'deputy_leader' && post.acting_for === at.deputy_leader.me.person.name), JSON.stringify(acting.me.posts));
  await open(deputy, '/team');
  await deputy.page.locator('article').filter({ hasText: name }).getByRole('button', { name: '结束代班' }).click();
  await shot(deputy, 'stand-in-ends', false);
  await deputy.page.getByRole('dialog').getByRole('button', { name: '结束代班' }).click();
  await expectEventually(async () => (await at.deputy_leader.list('/api/v1/substitutes')).every((one) => one.person_name !== name || !one.valid_now), 'the place is given back');
});

test('the county sees which units cannot begin yet, and prints for them', async () => {
  const office = await come('office');
  const { page } = office;
  const township = at.desk_officer.me.posts[0].unit_name;
  await open(office, '/holders');
  const board = page.locator('section').filter({ has: page.getByRole('heading', { name: '还不能开始工作的单位' }) });
  await board.waitFor();
  // By township, villages folded; a filter by what is missing and by name; counts of units and nothing of people's diligence.
  await board.getByText(/个单位中还有/).waitFor();
  const row = board.getByRole('region', { name: township });
  assert.equal(await row.locator('details').getAttribute('open'), null, 'villages are folded');
  await row.getByText(/村还没设密码/).waitFor();
  await row.locator('summary').click();
  await row.getByText((await villages())[1].name).waitFor();
  await shot(office, 'unready');
  await board.getByRole('button', { name: /^还没设密码/ }).click();
  await board.getByRole('searchbox', { name: '单位名称' }).fill('没有这样的名字');
  await board.getByText('没有这样的单位').waitFor();
  await board.getByRole('searchbox', { name: '单位名称' }).fill(township);
  await row.getByRole('link', { name: `打印登录码单 ${township}` }).click();
  await page.getByRole('heading', { name: '人员岗位' }).waitFor();
  await lineOf(page, '示例乙').waitFor();
  assert.equal(await page.locator('li.person').count(), 1, 'only who is waited for');
  await shot(office, 'waiting');
});

test('who keeps no accounts reads what the page is and who does it', async () => {
  for (const [role, whom] of [['main_leader', /经办人员或分管领导办理/], ['village_cadre', /请找乡镇经办人员或分管领导/], ['county_leader', /请找县专班/]]) {
    const somebody = await come(role);
    await open(somebody, '/staff');
    await somebody.page.getByText('这里管理别人的账号和岗位').waitFor();
    await somebody.page.getByText(whom).waitFor();
    await shot(somebody, `no-accounts-${role}`, false);
  }
});

test('the platform’s administrator chooses a county, and gives its post', async () => {
  const admin = await come('platform_admin');
  const { page } = admin;
  await open(admin, '/staff');
  await page.getByRole('button', { name: '新增人员' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('姓名').fill('示例丙');
  await form.getByLabel('账号（手机号）').fill('13900000003');
  await form.getByLabel('岗位').selectOption('desk_officer');
  const county = form.getByLabel('县（区）');
  await expectEventually(async () => (await county.inputValue()) !== '', 'the only county is chosen by itself');
  const township = at.desk_officer.me.posts[0].unit_name;
  await expectEventually(async () => (await form.getByLabel('乡镇').locator('option').count()) > 1, 'its townships are offered');
  await form.getByLabel('乡镇').selectOption({ label: township });
  await shot(admin, 'platform', false);
  await form.getByRole('button', { name: '新增', exact: true }).click();
  await page.getByRole('dialog').getByText(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/).waitFor();
  const made = await personOf('13900000003');
  assert.equal(made.posts[0].unit_name, township, 'and the county’s office sees the account');
});
