// Every screen of every role. The routes are read from the screens' own tables, so that a new one cannot be forgotten.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installed, phone, DESK, PHONE } from './chromium.mjs';
import { InspectorPhone, logIn, saved } from './pages.mjs';

const APP = resolve(import.meta.dirname, '../../../pwa/src/app');
const patterns = (file) => [...readFileSync(join(APP, file), 'utf8').matchAll(/'(\/[^'*]*)':/g)].map(([, pattern]) => pattern);

export const FIELD = ['inspector', 'deputy_leader', 'desk_officer', 'village_cadre', 'main_leader'];
export const AT_DESK = ['office', 'department', 'county_leader', 'platform_admin'];
const entryOf = (role) => (role === 'inspector' ? 'inspector' : FIELD.includes(role) ? 'township' : 'office');

/** Further addresses of a route: other lists, filters. */
const VARIANTS = {
  office: { '/operations': ['/operations?status=flagged', '/operations?status=quarantined'], '/issue': ['/issue?border=true'], '/flags': ['/flags?view=decided'] },
  township: { '/': ['rework', 'in_progress', 'submitted', 'closed'].map((tab) => `/?tab=${tab}`) },
  inspector: {},
};

/** The addresses of a role's screens. `ids[entry][pattern]` names what stands in the place of `:id`. */
export function routesOf(role, ids = {}) {
  const entry = entryOf(role);
  const known = { ...ids[entry] };
  const own = patterns(`${entry[0] === 'o' ? 'office' : entry}/Entry.svelte`).flatMap((pattern) => {
    if (!pattern.includes(':')) return [pattern, ...(VARIANTS[entry][pattern] ?? [])];
    const found = known[pattern];
    if (!found) throw new Error(`no id is known for the route ${pattern} of ${entry}: add one to the fixture`);
    return found.map((id) => pattern.replace(/:\w+/, id));
  });
  return [...own, ...patterns('shell/App.svelte')];
}

/** The routes that need no id: what an empty county shows. */
export function plainRoutesOf(role) {
  const entry = entryOf(role);
  return [...patterns(`${entry}/Entry.svelte`), ...patterns('shell/App.svelte')].filter((pattern) => !pattern.includes(':'));
}

/** A browser of a role, signed in: a phone in the field, a desk in an office. `nth` is which of the people of that role. */
export async function arrive(county, role, { nth = 0, ...options } = {}) {
  const browser = await phone({ origin: county.url, viewport: FIELD.includes(role) ? PHONE : DESK, ...options });
  const page = await browser.page();
  const waiting = new Set();
  page.on('request', (request) => waiting.add(request));
  page.on('requestfinished', (request) => waiting.delete(request));
  page.on('requestfailed', (request) => waiting.delete(request));
  await page.goto(county.url);
  await logIn(page, county.login(role, nth));
  await installed(page);
  return { ...browser, role, page, quiet: () => waiting.size === 0, forget: () => waiting.clear() };
}

/** Opens a screen and waits until it stands. */
export async function open(browser, route) {
  browser.forget();
  await browser.page.evaluate((to) => {
    location.hash = to;
  }, `#${route}`);
  await settled(browser);
}

/** Waits until a screen has nothing more to fetch or to say "opening". */
export async function settled({ page, quiet }) {
  let calm = 0;
  for (const deadline = Date.now() + 30_000; calm < 3 && Date.now() < deadline; await page.waitForTimeout(40)) {
    const opening = await page.evaluate(() => !document.querySelector('h1') || [...document.querySelectorAll('p[role="status"]')].some((one) => /^(正在打开|Opening|Loading)/.test(one.textContent ?? '')));
    calm = quiet() && !opening ? calm + 1 : 0;
  }
}

/** Chooses the language of this browser. */
export async function speak({ page }, lang) {
  await page.evaluate((lang) => {
    document.cookie = `lalian_lang=${lang}; Path=/; SameSite=Strict`;
  }, lang);
  await page.reload();
  await page.locator('h1').first().waitFor();
}

/** Types into every text field on the screen. */
async function typeEverywhere(page, type) {
  for (const field of await page.locator('input:not([type]):visible, input[type="text"]:visible, textarea:visible').all()) await field.fill(type());
}

/**
 * Gives an inspector's phone something of everything: a sealed finding, and a visit and a finding half filled in. `type` is what is typed
 * into every text field on the way. Returns ids for the routes.
 */
export async function workOnPhone(page, site, type) {
  const inspector = new InspectorPhone(page);
  const go = (hash) => page.evaluate((to) => (location.hash = to), hash);
  const id = async () => (await page.evaluate(() => location.hash)).split('/')[2].split('?')[0];
  await inspector.report(type());
  await page.waitForFunction(() => location.hash.startsWith('#/sealed/'));
  const sealed = await id();
  await inspector.openSite(site.code);
  await inspector.beginVisit();
  const visit = await id();
  await page.getByRole('radio', { name: '不合格' }).first().click();
  await page.getByRole('dialog').waitFor();
  await typeEverywhere(page, type);
  await page.keyboard.press('Escape');
  await go(`#/visit/${visit}/review`);
  await page.getByRole('button', { name: '提交', exact: true }).waitFor();
  await typeEverywhere(page, type);
  await page.waitForTimeout(600);
  await saved(page);
  await go('#/finding');
  await page.waitForFunction(() => /^#\/finding\/.+/.test(location.hash));
  const finding = await id();
  await page.getByLabel('问题是什么').waitFor();
  await typeEverywhere(page, type);
  await page.waitForTimeout(600);
  await saved(page);
  return { sealed, visit, finding };
}

/** The id of nothing: what a forgotten link opens. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/** Begins to type in a paper sheet at a desk; returns the id of the draft. */
export async function beginSheet(page, site) {
  await page.evaluate(() => (location.hash = '#/paper/enter'));
  await page.getByLabel('点位码或点位名称').fill(site.code);
  await page.keyboard.press('Enter');
  await page.locator('[data-line]').first().waitFor();
  return (await page.evaluate(() => location.hash)).split('/').at(-1);
}

/** What stands in the place of `:id`, for `routesOf`. */
export const idsFor = (filled, work, sheet = NOBODY) => ({
  inspector: {
    '/site/:id': [filled.site],
    '/s/:code': [filled.code],
    '/visit/:id': [work.visit],
    '/visit/:id/review': [work.visit],
    '/sealed/:id': [work.sealed],
    '/finding/:id': [work.finding],
    '/ticket/:id': [filled.tickets.waiting, filled.tickets.returned],
    '/photos/:id': [filled.photos[0]],
    '/practice/:id': [work.visit],
    '/mine/:id': [work.sealed, filled.visits[0].inspection_id],
    '/paper/enter/:id': [sheet],
    '/look-back/:id': filled.looks,
  },
  township: { '/colour/:id': [filled.colour], '/campaigns/:id': filled.campaigns.slice(0, 1), '/tickets/:id': Object.values(filled.tickets).slice(0, 4), '/paper/enter/:id': [sheet] },
  office: { '/setup/import/:id': filled.imports, '/colours/:id': [filled.colour], '/tickets/:id': Object.values(filled.tickets), '/visits/:id': filled.visits.map((visit) => visit.inspection_id), '/photos/:id': filled.photos, '/paper/enter/:id': [sheet], '/campaigns/:id': filled.campaigns, '/look-backs/:id': filled.draws },
});
