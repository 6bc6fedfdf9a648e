// A phone that never gets a network again: its backup goes to the office on a stick, and the same receipts come out as from sending.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkReceipt, desk } from '../lib/api.mjs';
import { DESK, installed, phone } from '../lib/chromium.mjs';
import { demoSites, TOWNSHIP } from '../lib/fixture.mjs';
import { InspectorPhone, logIn } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';

const site = demoSites().find((one) => one.kind === 'bus_shelter' && one.township === TOWNSHIP);
let county;
let folder;
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-rescue-'));
  county = await demo();
});
after(async () => {
  for (const one of browsers) await one.close().catch(() => undefined);
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

test('a backup of a dying phone is imported at the desk', { timeout: 600_000 }, async (t) => {
  const backup = join(folder, 'backup.zip');
  let office;
  let page;
  const imported = async (path) => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: /选文件|再导入一个/ }).click();
    await (await chooser).setFiles(path);
  };
  const step = async (name, does) => {
    let failure;
    await t.test(name, async () => {
      try {
        await does();
      } catch (error) {
        failure = error;
        if (page && !page.isClosed()) await page.screenshot({ path: join(tmpdir(), 'lalian-rescue-failed.png') });
        throw error;
      }
    });
    if (failure) throw failure;
  };

  await step('without a signal a visit is made, exported, and the phone is never seen again', async () => {
    const lost = await phone({ origin: county.url, position: { longitude: site.longitude, latitude: site.latitude, accuracy: 8 } });
    browsers.push(lost);
    page = await lost.page();
    await page.goto(county.url);
    await logIn(page, county.login('inspector'));
    await installed(page);
    const inspector = new InspectorPhone(page);
    await inspector.sites();
    await county.stop();
    await inspector.openSite(site.code);
    await inspector.beginVisit();
    await inspector.fail(0, null);
    await inspector.passTheRest();
    await inspector.submit();
    await page.evaluate(() => {
      location.hash = '#/outbox';
    });
    await page.getByRole('button', { name: '导出备份' }).click();
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: '存成文件' }).click();
    await (await saved).saveAs(backup);
    assert.deepEqual(lost.complaints(), []);
    await lost.close();
  });

  await step('the office imports it: everything taken in, with a receipt', async () => {
    await county.start();
    office = await desk(county.url, county.login('office'));
    assert.equal((await office.list('/api/v1/inspections')).length, 0, 'nothing came by itself');
    const at = await phone({ origin: county.url, viewport: DESK });
    browsers.push(at);
    page = await at.page();
    await page.goto(county.url);
    await logIn(page, county.login('office'));
    await page.evaluate(() => {
      location.hash = '#/rescue';
    });
    await imported(backup);
    await page.getByText('1 件都在县里了').waitFor({ timeout: 60_000 });
    await page.getByText('照片：新收 1 张，原来就有 0 张').waitFor();
    const row = page.getByRole('row').filter({ hasText: '已收下' });
    await row.getByText('已给回执').waitFor();
    const id = (await row.locator('code').textContent()).trim();
    const visits = await office.list('/api/v1/inspections');
    assert.equal(visits.length, 1);
    const { receipt } = await office.get(`/api/v1/operations/${id}/receipt`);
    const claims = await checkReceipt(county.url, receipt);
    assert.deepEqual([claims.sub, claims.status], [id, 'accepted']);
    assert.equal((await office.list('/api/v1/tickets?state=pending'))[0].missing_files, 0);
  });

  await step('once more changes nothing', async () => {
    await imported(backup);
    await page.getByRole('row').filter({ hasText: '原来就有' }).waitFor({ timeout: 60_000 });
    assert.equal((await office.list('/api/v1/inspections')).length, 1);
  });

  await step('what is no backup, and what is only half of one, is said in plain words', async () => {
    const letter = join(folder, 'letter.zip');
    await writeFile(letter, '这不是备份');
    await imported(letter);
    await page.getByText('这不是手机导出的备份').waitFor();
    const half = join(folder, 'half.zip');
    const whole = await readFile(backup);
    await writeFile(half, whole.subarray(0, Math.floor(whole.length / 2)));
    await imported(half);
    const said = page.getByRole('alert');
    await said.waitFor();
    assert.ok(((await said.textContent()) ?? '').trim().length > 8);
    assert.equal((await office.list('/api/v1/inspections')).length, 1);
    assert.deepEqual(browsers.at(-1).complaints(), []);
  });
});
