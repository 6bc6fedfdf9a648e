// Fault 2: the whole browser is killed, all tabs at once, at any moment, with drafts open and photos on their way. (A real Chromium is killed by
// tests/browser; this is the same day without one, many times.)
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { allConfirmed, Browser, report, setPhotoBytes } from '../tabs';
import { finding } from '../world';

const LIVES = 6;

for (const seed of [3, 11, 17, 29, 41]) {
  test(`killed ${LIVES} times on one day (seed ${seed})`, async () => {
    setPhotoBytes(120_000);
    const browser = new Browser();
    let n = seed;
    const random = (): number => (n = (n * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let life = 0; life < LIVES; life++) {
      const one = life === 0 ? await browser.signedIn() : await browser.tab();
      const two = await browser.tab();
      browser.online = random() < 0.7;
      const work = [one, two].map(async ({ core }) => {
        const draft = await core.drafts.open('finding.report', { site_id: 's1', title: '路边' }, () => finding(browser.now()));
        await core.drafts.save(draft.id, { ...finding(browser.now()), note: `第 ${life} 次` });
        await core.photos.pick(draft.id, new Blob([]), { role: 'before', capture: 'system_camera' });
        if (random() < 0.6) await core.submit(draft.id).catch(() => undefined);
        await report(core, browser.now());
      });
      for (const part of work) part.catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, random() * 120));
      one.kill();
      two.kill();
      // What was placed before the death still ends, as a disk's queue does.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    browser.online = true;
    const { core } = await browser.tab();
    for (const draft of await core.drafts.list()) await core.submit(draft.id);
    await allConfirmed(core);
    expect(await browser.missingOrWrong('person-1')).toEqual([]);
    await browser.close();
    setPhotoBytes(50_000);
  }, 60_000);
}
