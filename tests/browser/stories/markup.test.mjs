// Markup in every text that a person types or an import brings, then every screen of every role in both languages: it is shown as text
// and does nothing.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { demoSites, fillCounty, TOWNSHIP } from '../lib/fixture.mjs';
import { writeJpeg } from '../lib/jpeg.mjs';
import { Markup } from '../lib/markup.mjs';
import { InspectorPhone } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { arrive, AT_DESK, beginSheet, FIELD, idsFor, open, routesOf, settled, speak, workOnPhone } from '../lib/walk.mjs';

/** Example pictures lie beside the checklist's file. */
const EXAMPLES = resolve(import.meta.dirname, '../../../backend/demo/examples');

let county;
let folder;
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-markup-'));
  county = await demo();
});
after(async () => {
  for (const one of browsers) await one.close();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Kept with the record and shown on no screen so far. */
const NOT_SHOWN = new Set(['list.title_zh', 'list.title_en', 'list.note_zh', 'list.note_en', 'list.note', 'list.scope_zh', 'accept.late']);
/** With --long every role speaks both languages; otherwise one role of each entry, for the others see the same screens. */
const BOTH = process.env.LALIAN_TEST_LONG ? [...FIELD, ...AT_DESK] : ['inspector', 'deputy_leader', 'office'];

/** Taps the nth thing that is folded away; gives back how many there are. */
const folded = (page, nth) =>
  page.evaluate((nth) => {
    const all = [...document.querySelectorAll('main button[aria-expanded], main details > summary')];
    all[nth]?.click();
    return Math.min(all.length, 30);
  }, nth);

test('markup stays text on every screen', { timeout: 600_000 }, async () => {
  const markup = new Markup();
  await county.stop();
  await cp(EXAMPLES, join(folder, 'examples'), { recursive: true });
  for (const [what, name, text] of [['divisions', 'regions.geojson', markup.divisions()], ['checklists', 'checklists.json', markup.checklists()], ['sites', 'sites.csv', markup.sites()]]) {
    await writeFile(join(folder, name), text);
    await county.run('import', what, join(folder, name));
  }
  await county.start();

  const shelter = demoSites().find((one) => one.kind === 'bus_shelter' && one.township === TOWNSHIP);
  const inspector = await arrive(county, 'inspector', { position: { longitude: shelter.longitude, latitude: shelter.latitude, accuracy: 8 } });
  browsers.push(inspector);
  const photo = await readFile(await writeJpeg(inspector.page, join(folder, 'photo.jpg'), 1));
  // Another ending makes another file of the same picture.
  const filled = await fillCounty(county, { boards: true, text: markup.text, photo: (nth) => Buffer.concat([photo, Buffer.from([nth])]) });
  const work = await workOnPhone(inspector.page, shelter, () => markup.text('phone', 120));
  const ids = idsFor(filled, work);
  // A market has stalls, which are named by tapping a suggestion.
  const phone = new InspectorPhone(inspector.page);
  await phone.openSite(demoSites().find((one) => one.kind === 'farmers_market' && one.township === TOWNSHIP).code);
  await phone.beginVisit();
  ids.inspector['/visit/:id'].push((await inspector.page.evaluate(() => location.hash)).split('/')[2]);

  const wrong = [];
  for (const role of [...FIELD, ...AT_DESK]) {
    const browser = role === 'inspector' ? inspector : await arrive(county, role);
    if (browser !== inspector) browsers.push(browser);
    await markup.guard(browser.context);
    if (role === 'office') ids.office['/paper/enter/:id'].push(await beginSheet(browser.page, shelter));
    for (const lang of BOTH.includes(role) ? ['zh', 'en'] : ['zh']) {
      await speak(browser, lang);
      for (const route of routesOf(role, ids)) {
        await open(browser, route);
        const found = [];
        // What is folded away opens one at a time or all at once, as the screen has it.
        for (let nth = 0; nth < (await folded(browser.page, -1)); nth += 1) {
          await folded(browser.page, nth);
          await settled(browser);
          found.push(...(await markup.look(browser.page)));
        }
        const chart = browser.page.locator('main svg, main canvas').first();
        if (/zero/.test(route) && (await chart.count())) await chart.hover({ timeout: 2_000 }).catch(() => undefined);
        found.push(...(await markup.look(browser.page)));
        if (found.length > 0) wrong.push(`${role} ${lang} ${route}: ${found.join(' ')}`);
      }
    }
    wrong.push(...browser.complaints().map((complaint) => `${role}: ${complaint}`));
    if (browser !== inspector) {
      browsers.pop();
      await browser.close();
    }
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual([...markup.typed].filter((name) => !markup.shown.has(name) && !NOT_SHOWN.has(name)), [], 'typed, and nobody ever saw it');
});
