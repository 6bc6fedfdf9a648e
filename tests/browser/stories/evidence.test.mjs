// A photo proves something: the one from before is stopped on the township's screen, somebody else's in disguise is looked at on site with
// the pair beside each other, and a person has the last word.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { fillCounty } from '../lib/fixture.mjs';
import { drawings } from '../lib/jpeg.mjs';
import { takePhoto } from '../lib/pages.mjs';
import { binary, demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { arrive, open } from '../lib/walk.mjs';

let county;
let folder;
let at;
let office;
let photo;
let filled;
let second;
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-evidence-'));
  county = await demo();
  at = await arrive(county, 'office');
  browsers.push(at);
  office = await desk(county.url, county.login('office'));
  second = await desk(county.url, county.login('office', 1));
  photo = await drawings(at.page, folder, 30);
  filled = await fillCounty(county, { photo });
});
after(async () => {
  for (const one of browsers) await one.close().catch(() => undefined);
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

const ticketOf = (id) => office.get(`/api/v1/tickets/${id}`);
/** The bytes of the photo that shows the fault. */
async function shownBefore(id) {
  const [first] = (await ticketOf(id)).before;
  for (let nth = 0; nth < 30; nth += 1) if (createHash('sha256').update(photo(nth)).digest('hex') === first.sha256) return photo(nth);
  throw new Error('a photo of the fixture');
}

test('the photo from before is stopped on the township’s screen, and a new one goes through', { timeout: 240_000 }, async () => {
  const helper = await arrive(county, 'deputy_leader');
  browsers.push(helper);
  const { page } = helper;
  const { returned } = filled.tickets;
  await open(helper, `/tickets/${returned}`);
  await page.getByRole('button', { name: /拍整改后照片|再拍/ }).first().click();
  const sheet = page.getByRole('dialog');
  const same = join(folder, 'same.jpg');
  await writeFile(same, await shownBefore(returned));
  await takePhoto(page, sheet, same);
  await sheet.getByText('与整改前照片相同').waitFor();
  assert.ok(await sheet.getByRole('button', { name: '签字并提交核查' }).isDisabled(), 'nothing is sent');
  // Nothing is thrown away either: the person takes it out and shows how it is now.
  await sheet.getByAltText(/^查看第 1 张照片$/).click();
  await page.getByRole('button', { name: /删除这张|删掉|删除/ }).first().click();
  await expectEventually(async () => (await sheet.getByAltText(/^查看第 \d+ 张照片$/).count()) === 0, 'the photo is taken out');
  const fresh = join(folder, 'fresh.jpg');
  await writeFile(fresh, photo(27));
  await takePhoto(page, sheet, fresh);
  await expectEventually(async () => sheet.getByRole('button', { name: '签字并提交核查' }).isEnabled(), 'the way is open');
});

test('a mirrored picture of another ticket is checked on site, with the pair beside it; the office has the last word', { timeout: 240_000 }, async () => {
  const { page } = at;
  const { waiting, fresh } = filled.tickets;
  // The fault of another ticket at another site, mirrored, smaller, saved again.
  const seen = await shownBefore(fresh);
  const disguised = Buffer.from(
    await page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
      const canvas = new OffscreenCanvas(1000, 750);
      const paint = canvas.getContext('2d');
      paint.translate(1000, 0);
      paint.scale(-1, 1);
      paint.drawImage(picture, 0, 0, 1000, 750);
      return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.6 })).arrayBuffer())];
    }, seen.toString('base64')),
  );
  const deputy = await desk(county.url, county.login('deputy_leader'));
  const verdict = { attempt_id: (await ticketOf(waiting)).attempt_id, verdict: 'failed', reason: 'unclear_photo', note: '', on_site: false, position: null };
  const step = async (who, kind, more, options) => who.operate(kind, { ticket_id: waiting, seen_version: (await ticketOf(waiting)).version, ...more }, options);
  // A minor fault: what is worse than that is checked on site whatever its photos show.
  await step(office, 'ticket.edit/1', { severity: 'minor', is_static: null, due_day: null, reason: '核对过程度' });
  await step(office, 'ticket.verify/1', verdict);
  const attempt_id = randomUUID();
  await step(deputy, 'ticket.rectify/1', { attempt_id, note: '' }, { files: [{ bytes: disguised, role: 'after' }] });
  await step(deputy, 'ticket.submit/1', { attempt_id, note: '' });
  await expectEventually(async () => (await ticketOf(waiting)).photo_flags.some((flag) => flag.code === 'like_other' && flag.reason.likeness === 'mirrored'), 'it was weighed', 60_000);

  await open(at, `/tickets/${waiting}`);
  await page.getByText('与另一张单或另一天的照片几乎一样').first().waitFor();
  await page.getByText('左右翻转后一样').first().waitFor();
  await page.getByRole('button', { name: '看对照' }).first().click();
  const pair = page.getByRole('dialog');
  await expectEventually(async () => pair.locator('img').evaluateAll((all) => all.length === 2 && all.every((img) => img.naturalWidth > 0)), 'both pictures');
  await page.keyboard.press('Escape');
  await pair.waitFor({ state: 'hidden' });

  const pass = page.getByRole('button', { name: '通过，销号' });
  assert.ok(await pass.isDisabled(), 'a look at the picture does not do');
  await page.getByText('到现场看过才能通过').first().waitFor();
  // A person says why it means nothing here, for each strong one.
  for (;;) {
    const strong = (await ticketOf(waiting)).photo_flags.filter((flag) => flag.strength === 'strong' && flag.overruled === null);
    if (strong.length === 0) break;
    await page.getByRole('listitem').filter({ hasText: strong[0].zh }).getByRole('button', { name: '不算问题' }).first().click();
    const why = page.getByRole('dialog');
    await why.getByLabel('为什么（会记入历史）').fill('同一种站牌，示例说明');
    await why.getByRole('button', { name: '不算问题' }).click();
    await why.waitFor({ state: 'hidden' });
    await expectEventually(async () => (await ticketOf(waiting)).photo_flags.find((flag) => flag.id === strong[0].id).overruled !== null, 'the county keeps it');
  }
  await expectEventually(async () => pass.isEnabled(), 'now it passes');
  for (const one of browsers) assert.deepEqual(one.complaints(), []);
});

/** A screen as it stands, for whoever looks at the pictures. */
async function shot(browser, name) {
  if (process.env.LALIAN_SHOTS) await browser.page.screenshot({ path: join(process.env.LALIAN_SHOTS, `${name}.png`), fullPage: true });
}

test('a photo of another ticket is known before it is sent, by the hashes of the feed', { timeout: 240_000 }, async () => {
  const [, helper] = browsers;
  const { page } = helper;
  const { returned } = filled.tickets;
  const own = await ticketOf(returned);
  // Of another site, and of the same township, so that this phone keeps it.
  const other = (await office.list('/api/v1/tickets')).find((one) => one.number && one.site_id && one.site_id !== own.site_id && one.unit_id === own.unit_id && one.before[0]?.sha256 && one.before[0].sha256 !== own.before[0]?.sha256);
  const file = join(folder, 'other.jpg');
  await writeFile(file, await shownBefore(other.id));
  await open(helper, '/');
  await open(helper, `/tickets/${returned}`);
  // What was begun lies there: its picture opens the camera again, and never the one from before, which opens the viewer.
  await page.getByRole('button', { name: /^已拍 1 张/ }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: '用手机相机拍' }).waitFor();
  const kept = await sheet.getByAltText(/^查看第 \d+ 张照片$/).count();
  await takePhoto(page, sheet, file);
  await expectEventually(async () => (await sheet.getByAltText(/^查看第 \d+ 张照片$/).count()) > kept, 'it lies on the phone');
  // The hash may come with the feed after the photo was taken: the open sheet says so when it knows.
  await sheet.getByText(`这张照片在整改单 ${other.number} 里用过`).waitFor({ timeout: 90_000 });
  assert.ok(await sheet.getByRole('button', { name: '签字并提交核查' }).isDisabled(), 'nothing is sent');
  await shot(helper, 'township-stopped');

  // Taken out again; and what becomes known only later is said on the sheet that is open.
  await sheet.getByAltText(/^查看第 \d+ 张照片$/).last().click();
  await page.getByRole('button', { name: /删除这张|删掉|删除/ }).first().click();
  await expectEventually(async () => (await sheet.getByAltText(/^查看第 \d+ 张照片$/).count()) === kept, 'it is taken out');
  const later = join(folder, 'later.jpg');
  await writeFile(later, photo(28));
  await takePhoto(page, sheet, later);
  await expectEventually(async () => (await sheet.getByAltText(/^查看第 \d+ 张照片$/).count()) > kept, 'the next one lies on the phone');
  assert.ok(await sheet.getByRole('button', { name: '签字并提交核查' }).isEnabled(), 'nothing speaks against it yet');
  const inspector = await desk(county.url, county.login('inspector'));
  const site = (await office.list(`/api/v1/sites?township_id=${own.township_id}`)).find((one) => one.id !== own.site_id);
  const position = { lon: site.lon, lat: site.lat, accuracy_m: 8, fixed_at: new Date().toISOString(), source: 'browser', datum: 'WGS84' };
  const report = { finding_id: randomUUID(), site_id: site.id, item_code: null, instance_key: '', title: '护栏松动', note: '', severity: 'minor', is_static: true, position, fixed_on_spot: false };
  await inspector.operate('finding.report/1', report, { files: [{ bytes: photo(28), role: 'before' }] });
  const found = await expectEventually(async () => (await office.list('/api/v1/tickets?state=pending')).find((one) => one.title === '护栏松动'), 'the ticket of it');
  await office.operate('ticket.issue/1', { ticket_id: found.id, seen_version: found.version, unit_kind: 'township', unit_id: own.unit_id, severity: null, is_static: true, deadline_days: 3, note: '' });
  const { number } = await ticketOf(found.id);
  await sheet.getByText(`这张照片在整改单 ${number} 里用过`).waitFor({ timeout: 90_000 });
  await page.keyboard.press('Escape');
});

test('all witnesses of a photo on one screen, and the file that proves it elsewhere', { timeout: 240_000 }, async () => {
  const { page } = at;
  const { waiting } = filled.tickets;
  const ticket = await ticketOf(waiting);
  const [before] = ticket.before;
  await open(at, `/tickets/${waiting}`);
  await page.getByRole('button', { name: /整改前.*放大看/ }).first().click();
  await page.getByRole('dialog').getByRole('link', { name: '看这张照片的证据' }).click();
  await page.getByRole('heading', { name: '照片证据' }).waitFor();
  await page.getByRole('heading', { name: '从快门到回执' }).waitFor();
  const main = page.locator('main');
  for (const words of ['拍摄', '在电脑上录入', '送到县里', '照片入库', '县里签了回执', '两个时钟', '圆圈是定位误差的范围', '图片文件自己写的', '相像的照片']) await main.getByText(words).first().waitFor();
  await main.getByText(`sha-256:${before.sha256}`).waitFor();
  // The map draws: its canvas is there and nothing was refused by the page's policy.
  await expectEventually(async () => (await main.locator('.leaflet-container canvas').count()) > 0, 'the map');
  await shot(at, 'photo-page');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: '下载证据文件' }).click();
  const file = join(folder, 'evidence.zip');
  await (await saved).saveAs(file);
  assert.equal((await readFile(file)).subarray(0, 2).toString(), 'PK');
  const keys = join(folder, 'jwks.json');
  await writeFile(keys, JSON.stringify(await (await fetch(`${county.url}/.well-known/jwks.json`)).json()));
  const said = await new Promise((done, failed) => execFile(binary(), ['verify-evidence', file, '--keys', keys], (error, out) => (error ? failed(new Error(`${error.message}\n${out}`)) : done(out))));
  assert.ok(said.includes('证据成立'), said);
  await main.getByText(`lalian verify-evidence 示例数据-evidence-${before.file_id}.zip`).waitFor();
  // A link to nothing says so.
  await open(at, `/photos/${randomUUID()}`);
  await page.getByText('没有找到').first().waitFor();
});

test('two people find that a photo does not show its repair; the township reads what to do', { timeout: 240_000 }, async () => {
  const { page } = at;
  const { waiting } = filled.tickets;
  const photoOf = (await ticketOf(waiting)).after[0].file_id;
  await open(at, `/photos/${photoOf}`);
  await page.getByRole('button', { name: '提出：照片不能说明已经整改' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: '拍的不是同一个地方' }).click();
  await sheet.getByRole('button', { name: '提出：照片不能说明已经整改' }).click();
  await page.getByText('等第二人确认').first().waitFor();
  assert.equal(await page.getByRole('button', { name: '确认认定' }).count(), 0, 'not by the same person');
  const colleague = await arrive(county, 'office', { nth: 1 });
  browsers.push(colleague);
  await open(colleague, '/');
  await colleague.page.getByText(/张照片的认定等第二人确认/).waitFor();
  await open(colleague, '/flags/verdicts');
  const row = colleague.page.getByRole('listitem').filter({ hasText: '拍的不是同一个地方' });
  await row.getByRole('button', { name: '确认认定' }).click();
  const why = colleague.page.getByRole('dialog');
  await why.getByRole('textbox').fill('到现场看过，站牌还没换');
  await why.getByRole('button', { name: '确认认定' }).click();
  await expectEventually(async () => (await second.get(`/api/v1/tickets/${waiting}`)).photo_flags.some((flag) => flag.code === 'not_the_repair'), 'it is found');
  await shot(colleague, 'verdicts');
  const helper = await arrive(county, 'deputy_leader');
  browsers.push(helper);
  await open(helper, `/tickets/${waiting}`);
  await helper.page.getByText('请整改后到现场重拍').first().waitFor();
  const told = await helper.page.locator('main').innerText();
  for (const word of ['造假', '虚假', '空落实', '认定', '拍的不是同一个地方']) assert.ok(!told.includes(word), word);
});

test('the hints by rule and by keyboard, and a rule made lighter with a reason', { timeout: 240_000 }, async () => {
  const { page } = at;
  await open(at, '/flags');
  const rows = page.locator('li[id^="hint-"]');
  await expectEventually(async () => (await rows.count()) > 1, 'hints');
  await shot(at, 'hints');
  const one = (await office.list('/api/v1/photo-flags?overruled=false')).find((row) => row.other);
  await page.getByLabel('规则').selectOption({ label: one.zh });
  await expectEventually(async () => (await page.evaluate(() => location.hash)).includes(`code=${one.code}`) && (await rows.count()) > 0 && (await rows.filter({ hasNotText: one.zh }).count()) === 0, 'narrowed');
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('j');
  await page.locator('article[aria-current="true"]').waitFor();
  await page.keyboard.press('o');
  const pair = page.getByRole('dialog');
  await expectEventually(async () => pair.locator('img').evaluateAll((all) => all.length === 2 && all.every((img) => img.naturalWidth > 0)), 'both pictures');
  await page.keyboard.press('Escape');
  await pair.waitFor({ state: 'hidden' });
  await open(at, '/flags/rules');
  const rule = page.getByRole('listitem').filter({ hasText: '像是手机截图' });
  await rule.getByText('中：请人看对照').waitFor();
  await shot(at, 'rules');
  await rule.getByRole('button', { name: '修改' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('radio', { name: /弱：供参考/ }).click();
  assert.ok(await sheet.getByRole('button', { name: '保存' }).isDisabled(), 'not without a reason');
  await sheet.getByLabel('为什么改（会记入历史）').fill('长屏手机拍的照片常被提示');
  await sheet.getByRole('button', { name: '保存' }).click();
  await rule.getByText('弱：供参考').waitFor();
  const { settings, history } = await office.get('/api/v1/settings');
  assert.deepEqual([settings.evidence.strengths.screenshot, history[0].reason], ['weak', '长屏手机拍的照片常被提示']);
  await open(at, '/flags/storage');
  await page.getByText(/个文件，没有发现缺失或变化/).waitFor();
  await shot(at, 'storage');
  for (const one of browsers) assert.deepEqual(one.complaints(), []);
});

/** What a file shows when a browser opens it. */
const sizeOf = (page, bytes) =>
  page.evaluate(async (base64) => {
    const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type: 'image/jpeg' }));
    return { width: picture.width, height: picture.height };
  }, bytes.toString('base64'));
async function downloaded(page, button) {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

test('a photo is taken along with its words below it, and with faces covered for a circular', { timeout: 240_000 }, async () => {
  const { page } = at;
  const { fresh } = filled.tickets;
  const { file_id } = (await ticketOf(fresh)).before[0];
  const asked = [];
  page.on('request', (request) => request.url().includes('/api/v1/pictures/') && asked.push(request));
  await open(at, `/tickets/${fresh}`);
  const pair = page.getByRole('button', { name: /^整改前 · 放大看$/ }).first();
  await expectEventually(async () => pair.locator('img').evaluate((img) => img.naturalWidth > 0), 'the picture shows');
  // The browser may have it in its memory already, and then asks for nothing.
  assert.match(await pair.locator('img').evaluate((img) => img.src), /\/api\/v1\/pictures\/.+pass=/);
  assert.ok(asked.every((request) => request.headers()['authorization'] === undefined), 'pictures carry no token');
  await pair.click();
  const viewer = page.getByRole('dialog', { name: '整改前' });
  const shown = await viewer.locator('img').first().evaluate((img) => ({ width: img.naturalWidth, height: img.naturalHeight }));
  const plain = await downloaded(page, viewer.getByRole('button', { name: '下载带说明的照片' }));
  assert.equal(plain.name, `示例数据-lalian-${file_id.slice(0, 8)}.jpg`);
  const sheet = await sizeOf(page, plain.bytes);
  assert.ok(sheet.width >= shown.width && sheet.height > shown.height + 60, `${JSON.stringify(sheet)} of ${JSON.stringify(shown)}`);

  await viewer.getByRole('button', { name: '遮挡人脸、车牌' }).click();
  const desk = page.getByRole('dialog', { name: '遮挡人脸、车牌' });
  const frame = desk.getByRole('group', { name: '要遮挡的照片' });
  await expectEventually(async () => frame.locator('img').evaluate((img) => img.complete && img.naturalWidth > 0), 'the picture to draw on');
  assert.ok(await desk.getByRole('button', { name: '存成遮挡版' }).isDisabled(), 'nothing is drawn yet');
  const box = await frame.boundingBox();
  const drag = async (from, to) => {
    await page.mouse.move(box.x + box.width * from[0], box.y + box.height * from[1]);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * to[0], box.y + box.height * to[1], { steps: 5 });
    await page.mouse.up();
  };
  await drag([0.1, 0.1], [0.35, 0.3]);
  await desk.getByText('已画 1 块').waitFor();
  await desk.getByRole('button', { name: '加一块' }).click();
  const second = desk.getByRole('button', { name: '第 2 块遮挡' });
  await second.focus();
  for (const key of ['ArrowRight', 'ArrowDown', 'Shift+ArrowRight']) await page.keyboard.press(key);
  await page.keyboard.press('Delete');
  await desk.getByText('已画 1 块').waitFor();
  await page.keyboard.press('Control+z');
  await desk.getByText('已画 2 块').waitFor();
  await desk.getByRole('button', { name: '存成遮挡版' }).click();
  const result = desk.getByAltText('遮挡后的样子');
  await expectEventually(async () => result.evaluate((img) => img.naturalWidth > 0), 'what came of it');
  const { items } = await office.get(`/api/v1/photos/${file_id}/blurs`);
  const near = (value, wanted) => Math.abs(value - wanted) < 0.01;
  assert.equal(items.length, 1);
  assert.ok(near(items[0].areas[0].x, 0.1) && near(items[0].areas[0].width, 0.25), JSON.stringify(items[0].areas));
  assert.ok(near(items[0].areas[1].x, 0.41) && near(items[0].areas[1].y, 0.41) && near(items[0].areas[1].width, 0.21), JSON.stringify(items[0].areas));
  const covered = await downloaded(page, desk.getByRole('button', { name: '下载遮挡版' }));
  assert.equal(covered.name, `示例数据-lalian-${file_id.slice(0, 8)}-covered.jpg`);
  assert.deepEqual(await sizeOf(page, covered.bytes), sheet);
  const actions = (await office.list(`/api/v1/audit?object_id=${file_id}`)).map((line) => line.action);
  for (const action of ['photo.stamped', 'photo.blur']) assert.ok(actions.includes(action), `${action} in ${actions}`);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  for (const one of browsers) assert.deepEqual(one.complaints(), []);
});

/** Makes it every file's turn to be read again, as if hours had passed. */
const HOURS_LATER = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE file SET checked_at = '2020-01-01 00:00:00.000000+00:00'")
db.execute("DELETE FROM lease WHERE name = 'schedule/scrub_files'")
db.commit()
`;

test('a stored file that a disk has changed is told on the desk’s first screen', { timeout: 240_000 }, async () => {
  const { page } = at;
  const [{ sha256 }] = (await ticketOf(filled.tickets.returned)).before;
  await county.stop();
  const files = join(county.folder, 'files');
  const entries = await readdir(files, { recursive: true, withFileTypes: true });
  const entry = entries.find((one) => one.isFile() && one.name === sha256);
  const stored = join(entry.parentPath, entry.name);
  const bytes = await readFile(stored);
  bytes[bytes.length - 1] ^= 0xff;
  await writeFile(stored, bytes);
  await new Promise((done, failed) => execFile('python3', ['-c', HOURS_LATER, join(county.folder, 'lalian.db')], (error) => (error ? failed(error) : done())));
  await county.start();
  await open(at, '/');
  await expectEventually(async () => {
    if ((await page.getByText('1 个存着的文件缺失或有变化').count()) > 0) return true;
    await page.reload();
    return false;
  }, 'the alarm', 90_000);
  await shot(at, 'storage-alarm');
  await page.getByRole('link', { name: '看照片存储' }).click();
  await page.getByText(`sha-256:${sha256}`).waitFor();
  await shot(at, 'storage-broken');
  await page.getByRole('link', { name: /证据/ }).first().click();
  await page.getByRole('heading', { name: '照片证据' }).waitFor();
});
