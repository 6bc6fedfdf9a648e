// The office looks after the county: whether the data is also elsewhere, who did what and why, and a setting that goes back to what it was.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { binary, demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { arrive, open, speak } from '../lib/walk.mjs';

let county;
let folder;
let at;
let office;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-care-'));
  county = await demo();
  at = await arrive(county, 'office');
  office = await desk(county.url, county.login('office'));
});
after(async () => {
  await at?.close();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** The screen anew: it asks the county once when it is opened. */
async function again(route) {
  await open(at, '/');
  await open(at, route);
}

test('the page of backups says that there is none, then what there is, then what went wrong and what to do', { timeout: 240_000 }, async () => {
  const { page } = at;
  await open(at, '/backups');
  await page.getByText('还没有完整的备份').waitFor();
  await page.getByText('没有备份记录').waitFor();

  // While people work; the screen says so once it is asked again.
  const there = join(folder, 'there');
  await county.run('backup', '--to', there, '--counts');
  await again('/backups');
  await page.getByText(/最近一次完整备份/).waitFor();
  const newest = page.locator('main li').first();
  await newest.getByText('完整', { exact: true }).waitFor();
  await newest.getByText(there).waitFor();
  const said = await new Promise((done, failed) => execFile(binary(), ['backup', 'verify', there], (error, out, problem) => (error ? failed(new Error(`${error.message}\n${out}${problem}`)) : done(`${out}${problem}`))));
  assert.match(said, /完好/);

  // A place that cannot be one: what went wrong stands there in the reader's language, and the good one still counts.
  await assert.rejects(county.run('backup', '--to', '/dev/null/nowhere'));
  await again('/backups');
  await newest.getByText('没有完成', { exact: true }).waitFor();
  await newest.getByText(/检查路径、权限和网络/).waitFor();
  assert.equal(await newest.getByText(/Check its path/).count(), 0);
  await page.getByText(/最近一次完整备份/).waitFor();
  await speak(at, 'en');
  await newest.getByText(/Check its path, rights and network/).waitFor();
  assert.equal(await newest.getByText(/检查路径/).count(), 0);
  await speak(at, 'zh');
  assert.deepEqual(at.complaints(), []);
});

test('a setting is changed twice and goes back, and the record tells who and why', { timeout: 240_000 }, async () => {
  const { page } = at;
  await open(at, '/settings');
  const soon = page.getByLabel('剩几个工作日算临期');
  await soon.waitFor();
  const save = async (value, reason) => {
    if (value) await soon.fill(value);
    if (reason) await page.getByLabel('为什么改（会记入历史）').fill(reason);
    const version = (await office.get('/api/v1/settings')).version;
    await page.getByRole('button', { name: '保存设置' }).click();
    await expectEventually(async () => (await office.get('/api/v1/settings')).version > version, 'the county keeps it');
  };
  await save('3', '试行一个月');
  await save('4', '再宽一天');
  const history = page.locator('main ol > li');
  await expectEventually(async () => (await history.count()) >= 2, 'both changes');
  await page.getByText('再宽一天').waitFor();

  // Nothing is changed by the button alone.
  const { version } = await office.get('/api/v1/settings');
  await page.getByRole('button', { name: /^回到第/ }).first().click();
  await expectEventually(async () => (await soon.inputValue()) === '3', 'the earlier value lies in the form');
  assert.equal((await office.get('/api/v1/settings')).version, version);
  await save(null, null);
  assert.equal((await office.get('/api/v1/settings')).settings.deadlines.due_soon_days, 3);

  await open(at, '/audit');
  const rows = page.locator('tbody tr');
  await page.getByRole('searchbox').fill('再宽一天');
  await page.getByRole('button', { name: '搜索' }).click();
  await expectEventually(async () => (await rows.count()) === 1, 'the one change');
  await rows.first().getByText('再宽一天').waitFor();
  // By the object: all that was done to it. By the person: what else he did. And back to everything.
  await rows.first().getByRole('link').click();
  await expectEventually(async () => (await rows.count()) >= 3, 'every change of the settings');
  await page.getByText('试行一个月').waitFor();
  await rows.first().getByRole('button').click();
  await expectEventually(async () => (await page.evaluate(() => location.hash)).includes('person_id='), 'the address says whose');
  await page.getByRole('searchbox').fill('没有人写过的话');
  await page.getByRole('button', { name: '搜索' }).click();
  await expectEventually(async () => (await rows.count()) === 0, 'nothing of that kind');
  await page.getByRole('button', { name: '不再筛选' }).click();
  await expectEventually(async () => (await rows.count()) > 3, 'everything again');
  assert.deepEqual(at.complaints(), []);
});
