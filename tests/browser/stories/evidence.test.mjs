// A photo proves something: the one from before is stopped on the township's screen, somebody else's in disguise is looked at on site with
// the pair beside each other, and a person has the last word.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { fillCounty } from '../lib/fixture.mjs';
import { drawings } from '../lib/jpeg.mjs';
import { takePhoto } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { arrive, open } from '../lib/walk.mjs';

let county;
let folder;
let at;
let office;
let photo;
let filled;
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-evidence-'));
  county = await demo();
  at = await arrive(county, 'office');
  browsers.push(at);
  office = await desk(county.url, county.login('office'));
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
