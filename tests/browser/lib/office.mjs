// What the office does at its desk: queues, the board.
import { expectEventually } from './wait.mjs';

/** The office's desk. */
export class OfficeDesk {
  constructor(page) {
    this.page = page;
  }

  async open(route) {
    await this.page.evaluate((to) => {
      location.hash = to;
    }, `#/${route}`);
  }

  /** The ticket that is open in a queue. */
  #open() {
    return this.page.locator('section.queue-detail article:visible');
  }

  /** Issues everything that waits; where no township is proposed, to `unit`. Returns the titles. */
  async issueAll(unit) {
    await this.open('issue');
    return this.#walk('没有待交办的问题', async (ticket) => {
      const units = ticket.getByLabel('责任单位');
      if ((await units.inputValue()) === '') await units.selectOption({ label: unit });
      await ticket.getByRole('button', { name: '交办', exact: true }).click();
    });
  }

  /** Opens the queue of repairs, passes the first and returns the second. */
  async verifyTwo() {
    await this.open('verify');
    const verdicts = [
      async (ticket) => {
        // Severe faults are checked on site.
        await ticket.getByLabel('现场核查').check();
        await ticket.getByRole('button', { name: '通过，销号' }).click();
      },
      async (ticket) => {
        await ticket.getByRole('button', { name: '退回重改' }).click();
        const sheet = this.page.getByRole('dialog');
        await sheet.getByRole('radio', { name: /只改了一部分/ }).click();
        await sheet.getByRole('button', { name: '退回', exact: true }).click();
      },
    ];
    return this.#walk('没有等待核查的整改', (ticket) => verdicts.shift()(ticket));
  }

  /** Decides one ticket after the other until the queue says that it is empty. */
  async #walk(empty, decide) {
    const decided = [];
    const done = this.page.getByText(empty);
    await this.#open().or(done).first().waitFor();
    while (!(await done.isVisible())) {
      const ticket = this.#open();
      const row = this.page.locator('section.queue-detail');
      const title = await row.getAttribute('aria-label');
      // Both photos are on the screen before anybody decides.
      await expectEventually(async () => ticket.locator('img').evaluateAll((all) => all.length > 0 && all.every((img) => img.complete && img.naturalWidth > 0)), `the photos of ${title}`);
      const before = await this.page.locator('li[id^="row-"]').count();
      await decide(ticket);
      decided.push(title);
      await expectEventually(async () => (await done.isVisible()) || (await this.page.locator('li[id^="row-"]').count()) < before, `${title} leaves the queue`);
    }
    // The last decision can be undone for five seconds; after that it is sealed.
    await this.page.getByRole('button', { name: '撤回' }).waitFor({ state: 'detached', timeout: 60_000 });
    return decided;
  }

  /** The number of open static issues, as it stands on the board. */
  async zeroBoard() {
    await this.open('zero');
    const tile = this.page.locator('.tiles a').filter({ hasText: '未清零' });
    await tile.waitFor();
    return Number(await tile.locator('b').textContent());
  }

  /** Opens the board until it says this: a decision is on its way for a moment after it can no longer be undone. */
  async zeroBoardSays(count) {
    await expectEventually(async () => {
      await this.open('issue');
      return (await this.zeroBoard()) === count;
    }, `the board says ${count}`);
  }
}
