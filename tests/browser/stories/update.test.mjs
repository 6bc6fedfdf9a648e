// A new version waits until somebody taps, and takes nothing away: not the answers given so far, not the work without a signal.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { demoSites, TOWNSHIP } from '../lib/fixture.mjs';
import { InspectorPhone, saved } from '../lib/pages.mjs';
import { BUILT, demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { arrive } from '../lib/walk.mjs';

const site = demoSites().find((one) => one.kind === 'bus_shelter' && one.township === TOWNSHIP);
let folder;
let county;
let browser;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-update-'));
  await cp(BUILT, join(folder, 'dist'), { recursive: true });
  county = await demo({ pwa: join(folder, 'dist') });
});
after(async () => {
  await browser?.close();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** What the next build would be: another first page, and a worker that knows it. */
async function release(name) {
  const [page, worker] = ['index.html', 'sw.js'].map((file) => join(folder, 'dist', file));
  const revision = async () => createHash('sha256').update(await readFile(page)).digest('base64url').slice(0, 8);
  const old = await revision();
  await writeFile(page, (await readFile(page, 'utf8')).replace('</head>', `<meta name="release" content="${name}" /></head>`));
  const code = await readFile(worker, 'utf8');
  assert.ok(code.includes(old), 'the worker names the page it was built with');
  await writeFile(worker, code.replace(old, await revision()));
  await county.stop();
  await county.start();
}

test('an update lies ready during a visit, is offered after it, and is taken with one tap', { timeout: 240_000 }, async () => {
  browser = await arrive(county, 'inspector', { position: { longitude: site.longitude, latitude: site.latitude, accuracy: 8 } });
  const { page } = browser;
  const inspector = new InspectorPhone(page);
  const offer = page.getByRole('button', { name: '更新', exact: true });
  const running = () => page.evaluate(() => document.querySelector('meta[name="release"]')?.content ?? 'first');
  /** What the app does by itself every few hours. */
  const look = () => page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await inspector.openSite(site.code);
  await inspector.beginVisit();
  await inspector.fail(0);
  const answered = page.getByRole('radio', { name: '不合格' }).first();

  await saved(page);

  await release('second');
  await look();
  // Not where something is half filled in.
  await expectEventually(() => page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)), 'the new version lies ready');
  assert.equal(await offer.count(), 0);
  const visit = await page.evaluate(() => location.hash);
  const go = (hash) => page.evaluate((to) => (location.hash = to), hash);
  await go('#/');
  await offer.waitFor();
  assert.equal(await running(), 'first', 'nothing changes under the hands');
  await page.locator('.bar').filter({ has: offer }).getByRole('button', { name: '稍后' }).click();
  await offer.waitFor({ state: 'detached' });
  // The next start has it on offer again, still on the version that is known to work.
  await page.reload();
  await offer.waitFor();
  assert.equal(await running(), 'first');
  await offer.click();
  await expectEventually(async () => (await running().catch(() => '')) === 'second', 'the new version');
  await go(visit);
  await expectEventually(() => answered.isChecked(), 'the answer given before');

  // The new one is whole: it opens without a signal too.
  await county.stop();
  await page.reload();
  await expectEventually(() => answered.isChecked(), 'the visit without a signal');
  assert.equal(await running(), 'second');
  assert.equal(await page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('shell ')).length), 1, 'the old version takes no room');
  assert.deepEqual(browser.complaints(), []);
});
