// A phone is lost with work in it: the office ends it in two taps that say first what will happen, what was sealed still arrives, and only a
// password leads further.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { demoSites, TOWNSHIP } from '../lib/fixture.mjs';
import { InspectorPhone } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { arrive, open } from '../lib/walk.mjs';

const site = demoSites().find((one) => one.township === TOWNSHIP && one.kind === 'bus_shelter');
/** A screen for whoever looks at the pictures. */
async function shot({ page }, name) {
  if (process.env.LALIAN_SHOTS) await page.screenshot({ path: join(process.env.LALIAN_SHOTS, `lost-${name}.png`) });
}
let county;
let walker;
let at;
let office;
before(async () => {
  county = await demo();
  walker = await arrive(county, 'inspector', { position: { longitude: site.longitude, latitude: site.latitude, accuracy: 8 } });
  at = await arrive(county, 'office');
  office = await desk(county.url, county.login('office'));
});
after(async () => {
  await Promise.all([walker, at].map((one) => one?.close().catch(() => undefined)));
  await county?.remove();
});

test('a lost phone is ended in two taps, and its sealed work still comes in', { timeout: 240_000 }, async () => {
  const phone = new InspectorPhone(walker.page);
  await phone.openSite(site.code);
  await walker.offline(true);
  await phone.beginVisit();
  await phone.passTheRest();
  await phone.handIn();
  await phone.sealed();

  await open(at, '/devices');
  const { page } = at;
  const search = page.getByRole('searchbox', { name: '搜姓名、设备' });
  await search.fill('没有这个人');
  await page.getByText('没有找到，换个字再搜').waitFor();
  await shot(at, 'devices-none');
  await search.fill('检查员');
  const row = page.locator('li').filter({ hasText: '检查员甲' }).filter({ hasText: '手机' });
  // One person's devices are told apart by their browsers.
  await row.getByText(/手机 · .*Chrome/).waitFor();
  await shot(at, 'devices-found');
  await row.getByRole('button', { name: '设备丢了' }).click();
  // What will happen stands there before it does.
  const sheet = page.getByRole('dialog');
  for (const words of ['马上停用', '30 天内', '没有提交的草稿', '停用不能撤销']) await sheet.getByText(words).first().waitFor();
  assert.equal((await office.list('/api/v1/devices')).filter((one) => one.revoked_at).length, 0, 'one tap ends nothing');
  await sheet.getByRole('button', { name: '知道了，停用' }).click();
  await page.getByText(/已停用/).first().waitFor();
  const ended = (await office.list('/api/v1/devices')).filter((one) => one.revoked_at);
  assert.equal(ended.length, 1);

  // Somebody finds it and it hears a network: the visit arrives, without anybody's doing.
  await walker.offline(false);
  await walker.page.evaluate(() => dispatchEvent(new Event('online')));
  const visit = await expectEventually(async () => (await office.list('/api/v1/inspections'))[0], 'the visit at the county');
  assert.deepEqual([visit.site_code, visit.person_name, visit.outcome], [site.code, '检查员甲', 'inspected']);
  assert.deepEqual(await office.list('/api/v1/operations?status=quarantined'), [], 'it was sealed before the loss');
  await walker.page.getByText('县里已收到，回执已核对').waitFor();

  // Whoever holds it has no session any more.
  await walker.page.reload();
  await open(walker, '/me');
  await walker.page.getByText('登录已过期').waitFor();
  await walker.page.getByRole('button', { name: '重新登录' }).or(walker.page.getByRole('link', { name: '重新登录' })).click();
  const { login, password } = county.login('inspector');
  const name = walker.page.locator('input[autocomplete~="username"]');
  if (await name.isEditable().catch(() => false)) await name.fill(login);
  await walker.page.locator('input[autocomplete~="current-password"]').fill(password);
  await walker.page.locator('form button[type="submit"]').click();
  await walker.page.getByText('登录已过期').waitFor({ state: 'detached' });
  // Found again, its owner signs in as on a new phone; the lost one stays ended.
  const his = await expectEventually(async () => {
    const all = (await office.list('/api/v1/devices')).filter((one) => one.person_name === '检查员甲');
    return all.length === 2 && all;
  }, 'a device of its own');
  assert.equal(his.filter((one) => one.revoked_at).length, 1);
  assert.deepEqual(at.complaints(), []);
});

test('a township ends the phone that a cadre of its villages lost', { timeout: 240_000 }, async () => {
  const cadre = await arrive(county, 'village_cadre');
  const township = await arrive(county, 'desk_officer');
  try {
    const { page } = township;
    await open(township, '/staff');
    await page.getByRole('link', { name: '手机丢了？看设备' }).click();
    await page.getByText('本单位各村（社区）干部登录过的手机和电脑').waitFor();
    const rows = page.locator('main li');
    await rows.filter({ hasText: '这一台' }).waitFor();
    assert.equal(await rows.filter({ hasText: '检查员' }).count(), 0, 'nobody of the county');
    await shot(township, 'township-devices');
    await rows.filter({ hasText: '松场社区干部' }).first().getByRole('button', { name: '设备丢了' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '知道了，停用' }).click();
    await rows.filter({ hasText: '松场社区干部' }).getByText(/已停用/).first().waitFor();
    await cadre.page.reload();
    await open(cadre, '/me');
    await cadre.page.getByText('登录已过期').waitFor();
    assert.deepEqual(township.complaints(), []);
  } finally {
    await Promise.all([cadre.close(), township.close()]);
  }
});
