// Pictures of the real screens, on a phone and at a desk: node tests/browser/shots.mjs [--out FOLDER] [--as ROLE] [ROUTE…]
// Without routes it takes the screen that each role sees first. LALIAN_URL, LALIAN_LOGIN and LALIAN_PASSWORD use a running server.
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { DESK, PHONE, phone } from './lib/chromium.mjs';
import { demo } from './lib/program.mjs';
import { logIn } from './lib/pages.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: '/tmp/lalian-shots' }, as: { type: 'string' }, english: { type: 'boolean', default: false } },
});
const running = process.env.LALIAN_URL && { url: process.env.LALIAN_URL, remove: async () => {}, login: () => ({ login: process.env.LALIAN_LOGIN, password: process.env.LALIAN_PASSWORD }) };
const server = running || (await demo());
const roles = values.as ? [values.as] : ['inspector', 'deputy_leader', 'office'];
const routes = positionals.length ? positionals : [''];
await mkdir(values.out, { recursive: true });

const position = { longitude: 104.9773, latitude: 30.2854, accuracy: 8 };
for (const [size, viewport] of Object.entries({ phone: PHONE, desk: DESK })) {
  for (const role of roles) {
    const browser = await phone({ origin: server.url, viewport, position, locale: values.english ? 'en-GB' : 'zh-CN' });
    const page = await browser.page();
    await page.goto(server.url);
    await page.waitForTimeout(800);
    if (role === roles[0]) await page.screenshot({ path: `${values.out}/${size}-login.png` });
    await logIn(page, server.login(role));
    for (const route of routes) {
      if (route) await page.evaluate((hash) => { location.hash = hash; }, route);
      await page.waitForTimeout(1500);
      const name = `${size}-${role}${route.replace(/[^a-z0-9]+/gi, '-')}`;
      await page.screenshot({ path: `${values.out}/${name}.png`, fullPage: false });
      console.log(`${values.out}/${name}.png`);
    }
    for (const complaint of browser.complaints()) console.log(`complaint of ${role} on ${size}: ${complaint}`);
    await browser.close();
  }
}
await server.remove();
