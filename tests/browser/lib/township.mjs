// What a township does on its phone: accept, repair, take the photo beside the first one, sign.
import { chip, takePhoto } from './pages.mjs';
import { expectEventually } from './wait.mjs';

export class TownshipPhone {
  constructor(page) {
    this.page = page;
  }

  async open(route) {
    await this.page.evaluate((to) => {
      location.hash = to;
    }, `#/${route}`);
  }

  /** The titles under one tab, once they lie on this phone. */
  async tickets(tab, count) {
    await this.open(`?tab=${tab}`);
    const rows = this.page.locator('a[href^="#/tickets/"]');
    await expectEventually(async () => (await rows.count()) === count, `${count} tickets under ${tab}`);
    return rows;
  }

  /** Opens a ticket, accepts it, proves the repair and signs. */
  async repair(id, photo) {
    await this.open(`tickets/${id}`);
    await this.page.getByRole('button', { name: '签收', exact: true }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: '确认签收' }).click();
    await this.page.getByText('已签收，可以安排整改了').waitFor();
    await this.page.getByRole('button', { name: '拍整改后照片' }).first().click();
    const sheet = this.page.getByRole('dialog');
    await takePhoto(this.page, sheet, photo);
    await sheet.getByRole('button', { name: '先不提交' }).click();
    await sheet.waitFor({ state: 'hidden' });
    // Before and after stand side by side while one decides to sign.
    await expectEventually(
      async () => (await this.page.locator('figure img').evaluateAll((all) => all.filter((img) => img.naturalWidth > 0).length)) >= 2,
      'before and after side by side',
    );
    await this.page.getByRole('button', { name: '签字并提交核查' }).click();
    await this.page.getByText('已签字提交，等县里核查').waitFor();
  }

  chip() {
    return chip(this.page);
  }
}
