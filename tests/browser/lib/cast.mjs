// The people of one story, each with one browser that comes when it is first asked for, and pictures of what they see.
import { join } from 'node:path';
import { DESK, PHONE } from './chromium.mjs';
import { arrive } from './walk.mjs';

/** `county` is asked for when somebody comes: a story makes it before its first test. Pictures are taken where LALIAN_SHOTS names a folder. */
export function cast(story, county) {
  const browsers = [];
  const folder = process.env.LALIAN_SHOTS;

  /** Somebody's browser, once for the whole story; `nth` is which of the people of that role. */
  async function come(role, nth = 0) {
    const known = browsers.find((one) => one.role === role && one.nth === nth);
    if (known) return known;
    browsers.push({ ...(await arrive(county(), role, { nth })), nth });
    return browsers.at(-1);
  }

  async function leave() {
    for (const one of browsers) await one.close().catch(() => undefined);
  }

  /** A screen as it stands. */
  async function shot({ page }, name, fullPage = true) {
    if (folder) await page.screenshot({ path: join(folder, `${story}-${name}.png`), fullPage });
  }

  /** A screen as it stands, at a desk's size and a phone's. */
  async function shots(browser, name, fullPage = true) {
    if (!folder) return;
    const usual = browser.page.viewportSize();
    for (const [word, size] of [['desk', DESK], ['phone', PHONE]]) {
      await browser.page.setViewportSize(size);
      await browser.page.waitForTimeout(150);
      await shot(browser, `${name}-${word}`, fullPage);
    }
    await browser.page.setViewportSize(usual);
  }

  return { browsers, come, leave, shot, shots };
}
