// Fault 8: two tabs, and the one that sends is put to sleep in the middle of a photo. The other takes over after half a minute; when the first wakes
// up, both have sent, and nothing is there twice.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { allConfirmed, Browser, report, setPhotoBytes, until } from '../tabs';

test('frozen while a photo is half sent, taken over, thawed', async () => {
  setPhotoBytes(700_000);
  const browser = new Browser();
  const one = await browser.signedIn();
  await until(() => browser.locks.query(), ({ held }) => held.some(({ name }) => name === 'lalian-uploader'));
  const two = await browser.tab();
  let pieces = 0;
  browser.server.faults.push((seen) => {
    if (seen.method === 'PATCH' && ++pieces === 2) one.freeze();
    return null;
  });
  await report(one.core, browser.now(), 2);
  await until(() => pieces, (n) => n >= 2);
  await report(two.core, browser.now(), 1);
  await allConfirmed(two.core);
  one.thaw();
  await report(one.core, browser.now(), 1);
  await allConfirmed(one.core);
  await allConfirmed(two.core);
  expect(await browser.missingOrWrong('person-1')).toEqual([]);
  expect(browser.server.operations.size).toBe(3);
  expect((await browser.locks.query()).held.filter(({ name }) => name === 'lalian-uploader')).toHaveLength(1);
  await browser.close();
  setPhotoBytes(50_000);
}, 60_000);

test('the sending tab is closed in the middle: the other goes on at once', async () => {
  setPhotoBytes(700_000);
  const browser = new Browser();
  const one = await browser.signedIn();
  const two = await browser.tab();
  let pieces = 0;
  browser.server.faults.push((seen) => (seen.method === 'PATCH' ? ((pieces += 1), null) : null));
  await report(one.core, browser.now(), 2);
  await until(() => pieces, (n) => n >= 2);
  one.kill();
  await allConfirmed(two.core);
  expect(await browser.missingOrWrong('person-1')).toEqual([]);
  await browser.close();
  setPhotoBytes(50_000);
}, 60_000);
