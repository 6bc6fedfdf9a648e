// What a person does on a screen, found as a person finds it: by the words and roles on it.
import { expectEventually } from './wait.mjs';

/** Signs in on the screen that is open; a demo opens with its stand, from where the sign-in is one tap away. */
export async function logIn(page, { login, password }) {
  await page.evaluate(() => {
    if (['', '#', '#/', '#/stand'].includes(location.hash)) location.hash = '#/signin';
  });
  await page.locator('input[autocomplete~="username"]').fill(login);
  await page.locator('input[autocomplete~="current-password"]').fill(password);
  await page.locator('form button[type="submit"]').click();
  await page.locator('input[autocomplete~="current-password"]').waitFor({ state: 'detached', timeout: 60_000 });
}

/** The inspector's phone. */
export class InspectorPhone {
  constructor(page) {
    this.page = page;
  }

  /** The list of sites, once it lies on this phone. */
  async sites() {
    await this.page.evaluate(() => {
      location.hash = '#/';
    });
    // What was searched for before is kept on purpose; this asks for all of them.
    await this.page.getByRole('searchbox').fill('');
    await this.page.locator('a[href*="#/site/"]').first().waitFor({ timeout: 60_000 });
  }

  /** Opens a site by its name or code. */
  async openSite(text) {
    await this.sites();
    // Of all sites: one that was begun or visited is not among those to do.
    await this.page.locator('main select').first().selectOption('all');
    await this.page.getByRole('searchbox').fill(text);
    const found = this.page.locator('a[href*="#/site/"]');
    await expectEventually(async () => (await found.count()) === 1, `the site ${text}`);
    await found.click();
    await this.page.getByRole('button', { name: /开始检查|接着检查/ }).waitFor();
  }

  async beginVisit() {
    await this.page.getByRole('button', { name: /开始检查|接着检查/ }).click();
    // Not a question: a visit that is resumed may have all its groups done and folded.
    await this.page.locator('section[data-group]').first().waitFor();
  }

  /** Answers the nth pass-or-fail question, or the one of these words, with 不合格, with a photo by the in-page camera or from a file. */
  async fail(which, photo) {
    const items = this.page.locator('article[id^="item-"]').filter({ has: this.page.getByRole('radio', { name: '不合格' }) });
    const item = typeof which === 'string' ? items.filter({ hasText: which }) : items.nth(which);
    // Into the middle, where no bar lies over it.
    await item.getByRole('radio', { name: '不合格' }).evaluate((node) => node.scrollIntoView({ block: 'center' }));
    await item.getByRole('radio', { name: '不合格' }).click();
    const sheet = this.page.getByRole('dialog');
    await takePhoto(this.page, sheet, photo);
    await closeSheet(sheet);
    return item.getAttribute('id');
  }

  /** The same, in a visit that may have got this far before its browser was killed. */
  async failOnce(nth, photo) {
    const item = this.page.locator('article[id^="item-"]').filter({ has: this.page.getByRole('radio', { name: '不合格' }) }).nth(nth);
    const sheet = this.page.getByRole('dialog');
    // The app opens the sheet by itself where a photo was being taken.
    await this.page.waitForTimeout(300);
    if (!(await sheet.isVisible())) {
      // Groups that were done are folded; opened, the nth question is the nth of all of them again. The last first: a head that opens changes the list.
      const folded = this.page.locator('section[data-group] h2 button[aria-expanded="false"]');
      while (await folded.count()) await folded.last().click();
      if (!(await item.getByRole('radio', { name: '不合格' }).isChecked())) return this.fail(nth, photo);
      await item.getByRole('radio', { name: '不合格' }).evaluate((node) => node.scrollIntoView({ block: 'center' }));
      await item.getByRole('radio', { name: '不合格' }).click();
      await sheet.waitFor();
      await this.page.waitForTimeout(300);
    }
    if ((await sheet.getByAltText(/^查看第 \d+ 张照片$/).count()) === 0) await takePhoto(this.page, sheet, photo);
    await closeSheet(sheet);
  }

  /** Looks at every question, then says of each group that the rest is fine. */
  async passTheRest() {
    for (const group of await this.page.locator('section[data-group]').all()) {
      // Done and folded already.
      if ((await group.locator('h2 button').getAttribute('aria-expanded')) === 'false') continue;
      // Stalls: one of them stands for all.
      const first = group.getByRole('button', { name: /^开始看第一个/ });
      if (await first.count()) await first.click();
      for (const item of await group.locator('article[id^="item-"]').all()) {
        await item.evaluate((node) => node.scrollIntoView({ block: 'center' }));
        await this.page.waitForTimeout(80);
        // A number is never assumed: it is counted and tapped.
        const numbers = item.locator('.quick button');
        if ((await numbers.count()) && !(await item.locator('.quick button[aria-pressed="true"]').count())) {
          await item.locator('.quick button[class*="pass"]').first().click();
        }
      }
      const rest = group.getByRole('button', { name: /其余 \d+ 项没有问题/ });
      if (await rest.count()) {
        await seen(group, rest);
        await rest.click();
      }
    }
  }

  /** Reviews and submits; the phone says that it is safe here. */
  async submit() {
    await this.handIn();
    await this.sealed();
  }

  /** Reviews and submits, and goes on without waiting for the seal. Returns the id of the work. */
  async handIn() {
    await this.page.getByRole('button', { name: '看一遍，准备提交' }).click();
    await this.page.getByText('都填好了，可以提交').waitFor();
    const [, id] = /#\/visit\/([0-9a-f-]{36})/.exec(this.page.url());
    await this.page.getByRole('button', { name: '提交', exact: true }).click();
    await this.undoBar().waitFor();
    await this.page.waitForURL(/#\/sealed\//);
    return id;
  }

  /** Reports something between sites, where the phone is. */
  async report(title, photo) {
    await this.page.evaluate(() => {
      location.hash = '#/finding';
    });
    const what = this.page.getByLabel('问题是什么');
    await what.waitFor();
    await takePhoto(this.page, this.page.locator('main, body').first(), photo);
    await what.fill(title);
    const here = this.page.getByRole('button', { name: '用现在的位置' });
    await expectEventually(async () => here.isEnabled(), 'a position');
    await here.click();
    await this.page.getByText(/已记下位置/).waitFor();
    await this.page.getByRole('button', { name: '提交问题' }).click();
    await this.sealed();
  }

  /** The way back after handing in; other messages have one too. */
  undoBar() {
    return this.page.getByRole('status').filter({ hasText: '已提交' }).getByRole('button', { name: '撤销' }).last();
  }

  /** Ten seconds for a change of mind, then it is sealed. */
  async sealed() {
    // The bar is gone after ten seconds, which a busy machine may need to look for it.
    const sealed = this.page.getByText('已完成，保存在本机');
    await this.undoBar().or(sealed).first().waitFor();
    await sealed.waitFor({ timeout: 60_000 });
  }

  chip() {
    return chip(this.page);
  }
}

/** The sheet of a failed answer: with one ready phrase it closes by itself, with several somebody says which; it may do so under the finger. */
export async function closeSheet(sheet) {
  const done = sheet.getByRole('button', { name: '好了' });
  await sheet.waitFor({ state: 'hidden', timeout: 2_500 }).catch(() => done.click({ timeout: 10_000 }).catch(() => undefined));
  await sheet.waitFor({ state: 'hidden' });
}

/** Scrolls through the questions of a group until all have been drawn once: a busy machine draws fewer frames than it scrolls. */
export async function seen(group, rest) {
  await expectEventually(async () => {
    if (await rest.isEnabled()) return true;
    for (const item of await group.locator('article[id^="item-"]').all()) {
      await item.evaluate((node) => new Promise((drawn) => {
        node.scrollIntoView({ block: 'center' });
        requestAnimationFrame(() => requestAnimationFrame(drawn));
      }));
    }
    return rest.isEnabled();
  }, 'every question of the group seen');
}

/** The last tap lies on the disk, as the line above the buttons says. */
export async function saved(page) {
  await page.getByText('已保存在本机', { exact: true }).first().waitFor();
  await page.getByText('正在保存…').waitFor({ state: 'hidden' });
}

/** What the chip says of this phone's outbox. */
export async function chip(page) {
  return (await page.locator('a[href="#/outbox"]').first().textContent())?.trim() ?? '';
}

/** The demo's drawing in place of a photo, where no camera is. */
export const EXAMPLE = Symbol('example picture');

/** `photo` is a path for the phone's own camera app, or `EXAMPLE`; without one it is the shutter of the page. */
export async function takePhoto(page, within, photo) {
  // The photo is shown once it lies on this phone.
  const kept = within.getByAltText(/^查看第 \d+ 张照片$/);
  if (photo === EXAMPLE) await within.getByRole('button', { name: '用示例图片' }).click();
  else if (photo) {
    const chooser = page.waitForEvent('filechooser');
    // A browser that is killed before the tap ends both; the tap says so.
    chooser.catch(() => undefined);
    await within.getByRole('button', { name: '用手机相机拍' }).click();
    await (await chooser).setFiles(photo);
  } else {
    const shutter = within.getByRole('button', { name: '按下拍照' });
    await shutter.waitFor({ timeout: 60_000 });
    await expectEventually(async () => shutter.isEnabled(), 'the camera');
    await shutter.click();
  }
  await kept.first().waitFor({ timeout: 60_000 });
}
