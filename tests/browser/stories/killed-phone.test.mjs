// A phone whose browser is killed again and again, while visits are being sealed and while their photos drain over a slow link. At the end
// the sealed ids are the server's ids, each once, every hash is equal and every receipt is valid.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkReceipt, desk, sha256 } from '../lib/api.mjs';
import { installed, phone } from '../lib/chromium.mjs';
import { demoSites } from '../lib/fixture.mjs';
import { killBrowser, seeded } from '../lib/kill.mjs';
import { slowLink } from '../lib/link.mjs';
import { chip, InspectorPhone, logIn } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';

const scale = Number(process.env.LALIAN_TEST_SCALE ?? 1);
const LONG = Boolean(process.env.LALIAN_TEST_LONG);
const VISITS = Number(process.env.LALIAN_KILLED_VISITS ?? (LONG ? 200 : Math.round(8 * scale)));
const KILLS = Number(process.env.LALIAN_KILLED_KILLS ?? (LONG ? 100 : Math.round(6 * scale)));
const SEED = Number(process.env.LALIAN_TEST_SEED ?? Date.now() % 2 ** 31);
/** Slow enough that the outbox grows while people work. */
const SLOW = 8_000;
const PHOTO_BYTES = 180_000;
const next = seeded(SEED);

let county;
let link;
let folder;
let browser;
let timer;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-killed-'));
  county = await demo();
  link = await slowLink(Number(new URL(county.url).port));
});
after(async () => {
  clearTimeout(timer);
  await browser?.close().catch(() => undefined);
  await link?.close();
  await county?.remove();
  // A browser that just died may still be writing.
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
});

test(`${VISITS} visits on a phone that is killed ${KILLS} times`, { timeout: LONG ? 7_200_000 : 600_000 }, async (t) => {
  t.diagnostic(`LALIAN_TEST_SEED=${SEED}`);
  const profile = join(folder, 'profile');
  const places = demoSites().filter(({ kind }) => kind === 'bus_shelter' || kind === 'public_toilet' || VISITS > 40).slice(0, VISITS);
  assert.equal(places.length, VISITS, 'a site for each visit');
  const kills = { sealing: 0, draining: 0, waiting: 0 };
  let page;
  let phase = 'sealing';

  const launch = async () => {
    browser = await phone({ origin: link.url, folder: profile, position: { longitude: places[0].longitude, latitude: places[0].latitude, accuracy: 8 } });
    page = await browser.page();
    await page.goto(`${link.url}/`);
    await page.locator('h1').first().waitFor();
  };
  /** One kill at a random moment of the life that begins now. */
  const aim = (least, most) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (killBrowser(profile) > 0) kills[phase] += 1;
    }, least + next() * (most - least));
  };
  const killed = () => kills.sealing + kills.draining + kills.waiting;
  const reopen = async () => {
    await browser?.close().catch(() => undefined);
    for (;;) {
      try {
        return await launch();
      } catch (error) {
        // Killed while it started.
        if (!/closed|crash|ECONN|Target|disconnected/i.test(String(error))) throw error;
      }
    }
  };
  /** Does a piece of work that a kill may end anywhere, until it is done. */
  const through = async (work) => {
    for (;;) {
      const before = killed();
      try {
        return await work();
      } catch (error) {
        if (killed() === before) {
          await page.screenshot({ path: join(tmpdir(), 'lalian-killed-failed.png') }).catch(() => undefined);
          throw error;
        }
        await reopen();
        if (phase === 'sealing' && killed() < KILLS / 2) aim(500, 9_000);
      }
    }
  };

  await launch();
  await logIn(page, county.login('inspector'));
  await installed(page);
  await new InspectorPhone(page).sites();
  const picture = Buffer.from(await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 480);
    canvas.getContext('2d').fillRect(0, 0, 320, 240);
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer())];
  }));

  // Sealing, with half of the kills. The link is slow, so that the outbox grows.
  link.rate = SLOW;
  aim(500, 9_000);
  const confirmed = new Set();
  for (const [nth, place] of places.entries()) {
    const photo = join(folder, `${nth}.jpg`);
    await writeFile(photo, Buffer.concat([picture, Buffer.alloc(PHOTO_BYTES, `${SEED}.${nth}.`)]));
    await through(async () => {
      const inspector = new InspectorPhone(page);
      // What was handed in when the kill came is sealed by the next life; it is not begun again.
      if (await handedIn(page, place.code)) return;
      await browser.context.setGeolocation({ longitude: place.longitude, latitude: place.latitude, accuracy: 8 });
      await inspector.openSite(place.code);
      await inspector.beginVisit();
      await inspector.failOnce(0, photo);
      await inspector.passTheRest();
      confirmed.add(await inspector.handIn());
    });
  }

  // Draining, with the rest of them: as fast as leaves something to send for every kill that is left.
  phase = 'draining';
  clearTimeout(timer);
  while (killed() < KILLS) {
    const before = killed();
    const held = await through(() => heldBytes(page));
    if (held === 0) phase = 'waiting';
    link.rate = Math.max(SLOW, held / (KILLS - killed() + 1) / 2.5);
    aim(200, 5_000);
    await expectEventually(async () => killed() > before, 'the kill', 20_000);
    await reopen();
  }
  clearTimeout(timer);
  link.rate = Infinity;
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await page.evaluate(() => (location.hash = '#/'));
  await expectEventually(async () => (await heldBytes(page)) === 0 && /全部已上传/.test(await chip(page)), 'all uploaded', 600_000);

  await expectEventually(async () => (await everything(page)).receipts.length >= VISITS, 'a receipt for each visit', 600_000);

  // The oracle.
  const here = await everything(page);
  assert.equal(here.operations.length, VISITS, 'each visit was sealed once');
  assert.deepEqual(here.operations.map(({ seq }) => seq).sort((a, b) => a - b), here.operations.map((_, nth) => nth + 1), 'numbered without a gap');
  for (const id of confirmed) assert.ok(here.operations.some((one) => one.id === id), `${id} was handed in and is sealed`);
  const me = await desk(county.url, county.login('inspector'));
  const there = await me.list('/api/v1/inspections?mine=true');
  assert.equal(there.length, VISITS, 'nothing missing, nothing doubled');
  assert.equal(new Set(there.map((visit) => visit.site_id)).size, VISITS);
  const missing = [];
  for (const { id, sha256: hash, file_ids } of here.operations) {
    const { receipt } = await me.get(`/api/v1/operations/${id}/receipt`);
    const claims = await checkReceipt(county.url, receipt);
    assert.deepEqual([claims.sub, claims.status, claims.hash], [id, 'accepted', `sha-256:${hash}`]);
    const files = here.files.filter((file) => file.owner === id && file_ids.includes(file.file_id));
    assert.deepEqual(claims.files.map((file) => `${file.file_id} ${file.hash}`).sort(), files.map((file) => `${file.file_id} sha-256:${file.sha256}`).sort());
    // A person who came back may have taken the same photo again before seeing that it was kept.
    if (files.length === 0) missing.push(id);
    assert.ok(here.receipts.includes(id), `the phone has the receipt of ${id}`);
  }
  assert.deepEqual(missing, [], 'each visit has its photo');
  const taken = await Promise.all(places.map(async (_, nth) => sha256(await readFile(join(folder, `${nth}.jpg`)))));
  const kept = new Set(here.files.filter((file) => here.operations.some((one) => one.id === file.owner)).map((file) => file.sha256));
  assert.deepEqual([...kept].sort(), taken.sort(), 'every photo as it was taken');
  t.diagnostic(`visits=${VISITS} photos=${VISITS} kills=${killed()} while_sealing=${kills.sealing} while_draining=${kills.draining} with_nothing_left=${kills.waiting} missing=0 doubled=0`);
  assert.deepEqual(browser.complaints(), []);
});

/** What lies in the phone's own database, read beside the app. */
const everything = (page) =>
  page.evaluate(async () => {
    const name = (await indexedDB.databases()).map((one) => one.name).find((name) => /^lalian-[0-9a-f]{8}-/.test(name));
    const db = await new Promise((done, fail) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
    });
    const all = (store) =>
      new Promise((done, fail) => {
        const asked = db.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => done(asked.result);
        asked.onerror = () => fail(asked.error);
      });
    const [operations, drafts, files, receipts, rows] = [await all('operations'), await all('drafts'), await all('files'), await all('receipts'), await all('rows')];
    db.close();
    return {
      operations: operations.map(({ id, seq, sha256, file_ids, subject }) => ({ id, seq, sha256, file_ids, site: subject.site_id })),
      intents: drafts.filter((one) => one.intent).map(({ id, subject }) => ({ id, site: subject.site_id })),
      files: files.map(({ file_id, sha256, owner, upload, bytes }) => ({ file_id, sha256, owner, upload, bytes })),
      receipts: receipts.map((one) => one.operation_id),
      sites: Object.fromEntries(rows.filter((one) => one.noun === 'sites').map(({ row }) => [row.code, row.id])),
    };
  });

async function handedIn(page, code) {
  const { operations, intents, sites } = await everything(page);
  return [...operations, ...intents].some((one) => one.site === sites[code]);
}

/** Bytes of photos that only this phone has, of work that is sealed or handed in. */
async function heldBytes(page) {
  const { operations, intents, files } = await everything(page);
  return files.filter((file) => file.upload === 'held' && [...operations, ...intents].some((one) => one.id === file.owner)).reduce((sum, file) => sum + file.bytes, 0);
}
