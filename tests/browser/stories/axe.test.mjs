// Everybody can use every screen: axe finds nothing on any route of any role, in both languages, empty, full, offline and with each sheet
// open, in each look (a screen built like one that it has seen is not judged twice, except with --long); in the field contrast is 7:1, targets
// are large enough for a thumb and the main action lies under it; text at 200 % needs no sideways scrolling.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PHONE } from '../lib/chromium.mjs';
import { demoSites, fillCounty, TOWNSHIP } from '../lib/fixture.mjs';
import { writeJpeg } from '../lib/jpeg.mjs';
import { demo } from '../lib/program.mjs';
import { arrive, AT_DESK, beginSheet, FIELD, idsFor, open, plainRoutesOf, routesOf, settled, speak, workOnPhone } from '../lib/walk.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** With --long every role in both languages; otherwise one role of each entry, for the others see the same screens. */
const LEADS = ['inspector', 'deputy_leader', 'office'];
const LONG = Boolean(process.env.LALIAN_TEST_LONG);
const speaks = (role) => (LONG || LEADS.includes(role) ? ['zh', 'en'] : ['zh']);
/** Buttons that end the visit, the session or the photo: what they open is not a sheet. */
const NOT_TAPPED = /^(提交|退出|登录|更新|上传|现在上传|按下拍照|交办|通过|删除|签字|Submit|Send the|Sign |Update|Upload|Take the photo|Issue|Accept and close|Delete)/;

let county;
let folder;
let inspector;
let ids;
let filled;
const wrong = [];
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-axe-'));
  county = await demo();
});
after(async () => {
  for (const one of browsers) await one.close();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** One whose work is done makes room. */
async function leave(browser) {
  browsers.splice(browsers.indexOf(browser), 1);
  await browser.close();
}

/** Screens that axe has seen already, by their build: the same elements with the same looks and names, whatever the words in them. */
const seen = new Set();

/** The build of a screen: what axe judges it by. Whether something has words counts, which words they are does not. */
const buildOf = (page, within) =>
  page.evaluate((within) => {
    const root = within ? document.querySelector(within) : document.documentElement;
    const told = (one) => [...one.attributes].filter(({ name }) => /^(class|role|type|tabindex|disabled|lang|aria-.*|data-tone)$/.test(name)).map(({ name, value }) => `${name}=${/^(aria-label|aria-describedby|aria-labelledby|aria-controls)$/.test(name) ? value !== '' : value}`);
    const words = (one) => [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '');
    // A list of fifty rows is built like one of two.
    const lines = [...(root?.querySelectorAll('*') ?? [])].map((one) => `${one.parentElement?.tagName} ${one.tagName} ${told(one)} ${words(one)} ${one.checkVisibility({ visibilityProperty: true })}`);
    const look = [...document.documentElement.attributes].filter(({ name }) => name !== 'lang').map(({ name, value }) => `${name}=${value}`);
    return [document.documentElement.lang !== '', innerWidth, ...look, ...new Set(lines)].join('\n');
  }, within ?? null);

/** What axe has against the screen, or against one part of it. */
async function judge({ page, role }, where, within) {
  const build = `${FIELD.includes(role)} ${within ?? ''} ${await buildOf(page, within)}`;
  if (!LONG && seen.has(build)) return;
  seen.add(build);
  if (!(await page.evaluate(() => 'axe' in window))) {
    // The page's own policy forbids inserted scripts, so it goes in by the debugger's door.
    await page.evaluate(await readFile(AXE, 'utf8'));
  }
  // 7:1 in the sun, 4.5:1 at a desk.
  const field = FIELD.includes(role);
  const rules = { 'target-size': { enabled: true }, 'color-contrast': { enabled: !field }, 'color-contrast-enhanced': { enabled: field } };
  const found = await page.evaluate(async ([within, rules]) => {
    const { violations } = await window.axe.run(within ?? document, { resultTypes: ['violations'], rules });
    // What a bar covers at its edge can be scrolled out from under it.
    for (const one of violations.filter(({ id }) => id === 'target-size')) {
      const still = [];
      for (const node of one.nodes) {
        const [path] = node.target;
        document.querySelector(path)?.scrollIntoView({ block: 'center' });
        const again = await window.axe.run(within ?? document, { runOnly: { type: 'rule', values: ['target-size'] } });
        if (again.violations.some(({ nodes }) => nodes.some(({ target }) => target[0] === path))) still.push(node);
      }
      one.nodes = still;
      scrollTo(0, 0);
    }
    return violations.filter(({ nodes }) => nodes.length > 0).map(({ id, help, nodes }) => `${id} (${help}): ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(' | ')}`);
  }, [within ?? null, rules]);
  wrong.push(...found.map((one) => `${role} ${where}: ${one}`));
}

/** Targets on a phone: 48 px for all, 56 px for answers and for the main action of a screen. Links inside a sentence are text. */
async function targets({ page, role }, where) {
  const small = await page.evaluate(() => {
    const answers = '[role="radio"], input[type="radio"], .quick button';
    const least = (one) => ((one.closest('article[id^="item-"]') && one.matches(answers)) || one.matches('.button.large') ? 56 : 48);
    return [...document.querySelectorAll('a[href], button, input, select, textarea, [role="radio"], summary')]
      .filter((one) => !one.closest('.visually-hidden, [hidden], .leaflet-container p, .leaflet-control-attribution') && one.checkVisibility({ visibilityProperty: true }) && getComputedStyle(one).display !== 'inline')
      .map((one) => ({ one, box: (one.matches('input[type="checkbox"], input[type="radio"]') ? (one.closest('label') ?? one) : one).getBoundingClientRect() }))
      .filter(({ one, box }) => box.width > 1 && box.height > 1 && Math.min(box.width, box.height) < least(one) - 0.5)
      .map(({ one, box }) => `${Math.round(box.width)}×${Math.round(box.height)} ${one.outerHTML.slice(0, 140)}`);
  });
  wrong.push(...small.map((one) => `${role} ${where}: target ${one}`));
}

/** Text twice as large, as a person sets it in the browser, and nothing to scroll sideways. */
async function twiceAsLarge({ page, role }, where) {
  const over = await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%';
    const wide = document.scrollingElement.scrollWidth - window.innerWidth;
    const out = wide > 1 ? [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1 && one.children.length === 0).slice(0, 2).map((one) => one.outerHTML.slice(0, 160)) : [];
    document.documentElement.style.fontSize = '';
    return wide > 1 ? `${wide} px too wide: ${out.join(' | ')}` : null;
  });
  if (over) wrong.push(`${role} ${where}: at 200 % ${over}`);
}

/** Taps the buttons of this screen, or `only` some of them, and looks at each sheet that opens. Gives back which of them opened one. */
async function sheets(browser, route, lang, only) {
  const { page } = browser;
  const names = await page.locator('main button:visible, nav + div button:visible').evaluateAll((all) =>
    all.map((one) => (one.getAttribute('aria-label') ?? one.innerText).trim().replace(/\s+/g, ' ')).filter((name, at, list) => name !== '' && list.findIndex((other) => other.replace(/\d+/g, '#') === name.replace(/\d+/g, '#')) === at),
  );
  const opened = new Set();
  const tapped = [...names.entries()].filter(([nth, name]) => !NOT_TAPPED.test(name) && (!only || only.has(nth))).slice(0, 10);
  for (const [nth, name] of tapped) {
    const button = page.getByRole('button', { name, exact: true }).first();
    if (!(await button.isVisible().catch(() => false)) || !(await button.isEnabled().catch(() => false))) continue;
    await button.evaluate((one) => one.click());
    const sheet = page.locator('dialog[open]');
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    await settled(browser);
    if (await sheet.count()) {
      opened.add(nth);
      await judge(browser, `${lang} ${route} → ${name}`, 'dialog[open]');
      if (FIELD.includes(browser.role)) await targets(browser, `${lang} ${route} → ${name}`);
      for (let left = 3; left > 0 && (await sheet.count()); left -= 1) await page.keyboard.press('Escape').then(() => page.waitForTimeout(60));
    }
    if ((await page.evaluate(() => location.hash)) !== `#${route}`) await open(browser, route);
  }
  return opened;
}

/** Another look in each state, so that all of them are judged without walking twice: empty in the dark, offline with the highest contrast. */
const LOOK = { '': 'light', empty: 'dark', offline: 'contrast' };

async function look(browser, routes, { deep = false, state = '' } = {}) {
  await browser.page.evaluate((look) => {
    document.cookie = `lalian_look=${look}-normal; Path=/; SameSite=Strict`;
  }, LOOK[state]);
  // The words are the same in every state: both languages are heard in the middle of the work.
  const opened = new Map();
  for (const lang of state && !LONG ? ['zh'] : speaks(browser.role)) {
    await speak(browser, lang);
    for (const route of routes) {
      await open(browser, route);
      const where = [lang, route.replace(/[0-9a-f-]{36}/, ':id'), state].filter(Boolean).join(' ');
      await judge(browser, where);
      if (FIELD.includes(browser.role)) await targets(browser, where);
      await twiceAsLarge(browser, where);
      // The second language taps only what the first saw open.
      if (deep) opened.set(route, await sheets(browser, route, lang, opened.get(route)));
    }
  }
}

/** Phones and desks at the same time: they share no screen, and each waits for its own browser most of the time. */
const besideEachOther = (...lanes) =>
  Promise.all(
    lanes.map(async ([all, walk]) => {
      for (const one of all) await walk(one);
    }),
  );
const onPhone = (role) => FIELD.includes(role);

/** Many rows of a list fail alike: one of them is enough to read. */
const done = () => assert.deepEqual([...new Set(wrong.splice(0).map((one) => one.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id')))], []);

test('an empty county', { timeout: 600_000 }, async () => {
  const shelter = demoSites().find((one) => one.kind === 'bus_shelter' && one.township === TOWNSHIP);
  const walk = async (role) => {
    const browser = await arrive(county, role, { position: { longitude: shelter.longitude, latitude: shelter.latitude, accuracy: 8 } });
    browsers.push(browser);
    await look(browser, plainRoutesOf(role), { state: 'empty' });
    if (role === 'inspector') inspector = browser;
    else await leave(browser);
  };
  await besideEachOther([LEADS.filter(onPhone), walk], [LEADS.filter((role) => !onPhone(role)), walk]);
  done();
});

test('a county in the middle of its work, with every sheet open', { timeout: 900_000 }, async () => {
  const shelter = demoSites().find((one) => one.kind === 'bus_shelter' && one.township === TOWNSHIP);
  const photo = await readFile(await writeJpeg(inspector.page, join(folder, 'photo.jpg'), 1));
  const long = (name, longest) => `${name} 很长的一段说明文字，长到一行放不下 a-very-long-word-without-any-break`.slice(0, longest);
  filled = await fillCounty(county, { boards: true, text: long, photo: (nth) => Buffer.concat([photo, Buffer.from([nth])]) });
  await speak(inspector, 'zh');
  ids = idsFor(filled, await workOnPhone(inspector.page, shelter, () => long('名称', 60)));
  const walk = async (role) => {
    const browser = role === 'inspector' ? inspector : await arrive(county, role);
    if (role !== 'inspector') browsers.push(browser);
    if (role === 'office') ids.office['/paper/enter/:id'].push(await beginSheet(browser.page, shelter));
    await look(browser, routesOf(role, ids), { deep: LEADS.includes(role) });
    if (role !== 'inspector') await leave(browser);
  };
  await besideEachOther([FIELD, walk], [AT_DESK, walk]);
  done();
});

test('the main action of a field screen lies under the thumb', { timeout: 600_000 }, async () => {
  const deputy = await arrive(county, 'deputy_leader');
  // Who found a fault does not check its repair.
  const verifier = await arrive(county, 'inspector', { nth: 1 });
  browsers.push(deputy, verifier);
  await speak(inspector, 'zh');
  /** In the lower two fifths of the phone, whole, at least 56 px high; on the page as it opens and inside a sheet alike. */
  const under = async ({ page, role }, where, within = 'body') => {
    const main = page.locator(`${within} .button.primary.large:visible`).last();
    await main.waitFor();
    const { y, height } = await main.boundingBox();
    if (y < PHONE.height * 0.6 || y + height > PHONE.height || height < 56) wrong.push(`${role} ${where}: ${await main.innerText()} at ${Math.round(y)}–${Math.round(y + height)}`);
  };
  for (const route of ['/site/:id', '/visit/:id', '/visit/:id/review', '/finding/:id', '/sealed/:id']) {
    await open(inspector, route.replace(':id', ids.inspector[route][0]));
    await under(inspector, route);
  }
  await open(verifier, `/ticket/${filled.tickets.waiting}`);
  await under(verifier, 'a repair to check');
  const { page } = inspector;
  await open(inspector, `/visit/${ids.inspector['/visit/:id'][0]}`);
  await page.getByRole('radio', { name: '不合格' }).nth(1).click();
  await under(inspector, 'the sheet of a fault', 'dialog[open]');
  const shutter = page.locator('dialog[open]').getByRole('button', { name: '按下拍照' });
  await shutter.waitFor();
  const { y, height } = await shutter.boundingBox();
  if (height < 56 || y + height > PHONE.height) wrong.push(`the shutter at ${Math.round(y)}, ${Math.round(height)} px high`);
  await page.keyboard.press('Escape');
  for (const id of [filled.tickets.fresh, filled.tickets.returned]) {
    await open(deputy, `/tickets/${id}`);
    await under(deputy, 'a ticket');
  }
  await open(deputy, `/tickets/${filled.tickets.fresh}`);
  await deputy.page.getByRole('button', { name: '签收', exact: true }).click();
  await under(deputy, 'the sheet of accepting', 'dialog[open]');
  await browsers.pop().close();
  await browsers.pop().close();
  done();
});

test('without a signal', { timeout: 600_000 }, async () => {
  const others = await Promise.all(['deputy_leader', 'office'].map((role) => arrive(county, role)));
  browsers.push(...others);
  const walk = async (browser) => {
    await open(browser, '/');
    await browser.offline(true);
    await look(browser, routesOf(browser.role, ids), { state: 'offline' });
  };
  const [deputy, office] = others;
  await besideEachOther([[inspector, deputy], walk], [[office], walk]);
  done();
});
