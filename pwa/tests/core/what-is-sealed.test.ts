// What is sealed is what was on the screen: words that the disk did not take are never left out silently, a photo that is still being prepared is
// waited for, and the post of the tap counts when it has ended since.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Core } from '../../src/core';
import { databaseName, LocalDatabase, NoSpace } from '../../src/core/db';
import type { Host } from '../../src/core/host';
import { readMeta, writeMeta } from '../../src/core/meta';
import { sha256 } from '../../src/core/bytes';
import { allConfirmed, Browser, until } from './tabs';
import { randomBytes } from './fake-server';
import { finding } from './world';

let browser: Browser;
beforeEach(() => {
  browser = new Browser();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await browser.close();
});

const begin = (core: Core): Promise<{ id: string }> => core.drafts.open('finding.report', { title: '路边' }, () => finding(browser.now()));
const payload = (note: string) => ({ ...finding(browser.now()), note });

const write = LocalDatabase.prototype.write;

/** The next so many writes of drafts alone fail. */
function failing(times: number, error: () => Error): { left: number } {
  const count = { left: times };
  vi.spyOn(LocalDatabase.prototype, 'write').mockImplementation(function (this: LocalDatabase, stores, work) {
    if (stores.join() === 'drafts' && count.left > 0) {
      count.left -= 1;
      return Promise.reject(error());
    }
    return write.call(this, stores, work) as never;
  });
  return count;
}

for (const [name, error, said] of [
  ['for want of space', () => new NoSpace(), 'no_space'],
  ['for another reason', () => new DOMException('odd', 'DataError'), 'failed'],
] as const) {
  test(`the answers could not be written once, ${name}: not sealed without them, and sealed whole the next time`, async () => {
    const { core } = await browser.signedIn();
    browser.online = false;
    for (const way of ['handIn', 'submit'] as const) {
      const { id } = await begin(core);
      const count = failing(2, error);
      await core.drafts.save(id, payload(`写了很多 ${way}`)).catch(() => undefined);
      expect(count.left).toBe(1);
      expect(await core[way](id)).toEqual({ kind: said });
      expect(await core.work.get(id)).toBeNull();
      expect((await core.drafts.get(id, 'finding.report'))?.payload.note).toBe(`写了很多 ${way}`);
      expect((await core[way](id)).kind).toBe(way === 'handIn' ? 'handed_in' : 'sealed');
      await core.leave();
      expect((await core.work.payload(id, 'finding.report'))?.note).toBe(`写了很多 ${way}`);
    }
    if (said === 'no_space') expect(core.storage.level).toBe('red');
    browser.online = true;
    await allConfirmed(core);
    expect(await browser.missingOrWrong('person-1')).toEqual([]);
  });
}

test('a write that is under way when "submit" is tapped, and fails, is not passed by', async () => {
  const { core } = await browser.signedIn();
  const { id } = await begin(core);
  failing(2, () => new NoSpace());
  void core.drafts.save(id, payload('还在写')).catch(() => undefined);
  void core.flush();
  expect(await core.handIn(id)).toEqual({ kind: 'no_space' });
  expect((await core.handIn(id)).kind).toBe('handed_in');
  await core.leave();
  expect((await core.work.payload(id, 'finding.report'))?.note).toBe('还在写');
  await allConfirmed(core);
});

/** A worker that answers when it is told to. */
function slow(): { worker: Host['photoWorker']; ready: () => void; asked: () => number } {
  const go: (() => void)[] = [];
  let asked = 0;
  const worker: Host['photoWorker'] = ({ message }) => ({
    postMessage: (job) => {
      asked += 1;
      go.push(() => {
        const bytes = randomBytes(9_000);
        void sha256(bytes).then((hash) =>
          message({ id: (job as { id: number }).id, reply: { kind: 'ready', bytes: bytes.buffer, sha256: hash, media_type: 'image/jpeg', width: 4, height: 3, thumb: null, reencoded: false } }),
        );
      });
    },
    terminate: () => undefined,
  });
  return { worker, ready: () => go.splice(0).forEach((one) => one()), asked: () => asked };
}

const shoot = (core: Core, id: string) => core.photos.pick(id, new Blob([]), { role: 'before', capture: 'system_camera' });

test('the page is hidden right after "submit" while a photo is being prepared: it belongs to what is sealed', async () => {
  const photo = slow();
  const { core } = await browser.signedIn({ photoWorker: photo.worker });
  const { id } = await begin(core);
  const taken = shoot(core, id);
  await until(photo.asked, (n) => n === 1);
  expect((await core.handIn(id)).kind).toBe('handed_in');
  const left = core.leave();
  await new Promise((resolve) => setTimeout(resolve, 15));
  expect(await core.work.get(id)).toBeNull();
  photo.ready();
  await left;
  expect((await taken).kind).toBe('stored');
  expect((await core.work.get(id))?.photos.all).toBe(1);
  await allConfirmed(core);
  expect(browser.server.files.size).toBe(1);
  expect(await browser.missingOrWrong('person-1')).toEqual([]);
});

test('a photo that never gets ready holds the seal up for seconds, not for ever, and is not called kept', async () => {
  const photo = slow();
  const { core } = await browser.signedIn({ photoWorker: photo.worker });
  const { id } = await begin(core);
  const taken = shoot(core, id);
  await until(photo.asked, (n) => n === 1);
  await core.handIn(id);
  await core.leave();
  expect((await core.work.get(id))?.photos.all).toBe(0);
  photo.ready();
  expect(await taken).toEqual({ kind: 'unreadable', why: 'gone' });
  await allConfirmed(core);
});

test('frozen in those seconds and never thawed: the next start seals what was handed in', async () => {
  const photo = slow();
  const tab = await browser.signedIn({ photoWorker: photo.worker });
  const { id } = await begin(tab.core);
  void shoot(tab.core, id);
  await until(photo.asked, (n) => n === 1);
  await tab.core.handIn(id);
  void tab.core.leave();
  tab.freeze();
  tab.kill();
  const { core } = await browser.tab();
  await until(() => core.work.get(id), (work) => work !== null);
  await allConfirmed(core);
  expect(await browser.missingOrWrong('person-1')).toEqual([]);
});

test('the post ends between the tap and the seal: sealed by the post of the tap', async () => {
  const tab = await browser.signedIn();
  browser.online = false;
  const { id } = await begin(tab.core);
  await tab.core.handIn(id);
  tab.kill();
  const db = new LocalDatabase(databaseName('person-1'));
  const profile = await readMeta(db, 'profile');
  if (!profile) throw new Error('no profile');
  await writeMeta(db, 'profile', { ...profile, posts: [], post_id: null });
  const { core } = await browser.tab();
  await until(() => core.work.get(id), (work) => work !== null);
  browser.online = true;
  await allConfirmed(core);
  const body = JSON.parse(new TextDecoder().decode(browser.server.operations.get(id)?.bytes)) as { author: unknown };
  expect(body.author).toEqual({ person_id: 'person-1', post_id: 'post-1' });
  expect(await browser.missingOrWrong('person-1')).toEqual([]);
});
