// Fault 11: the credential stops counting in the middle of the queue, and somebody else signs in on this phone. The first one's work is neither seen
// nor touched by the second; what may be sent is sent; the rest waits for its author and then goes.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { allConfirmed, Browser, report, until } from '../tabs';
import { finding } from '../world';

const FIRST = { id: 'person-1', login: '13800000001', name: '甲', must_change_password: false };
const SECOND = { id: 'person-2', login: '13800000002', name: '乙', must_change_password: false };

test('401 in the middle of the queue, another person, and back', async () => {
  const browser = new Browser();
  const { core } = await browser.signedIn();
  browser.online = false;
  for (let i = 0; i < 3; i++) await report(core, browser.now());
  // After the first operation the server no longer takes the credential.
  browser.server.faults.push((seen) => {
    if (seen.method === 'PUT' && browser.server.operations.size === 1) browser.server.credential = 'other';
    return null;
  });
  browser.online = true;
  core.wake('tap');
  await until(() => core.sync.blocked, Boolean);
  expect(browser.server.operations.size).toBe(1);
  browser.server.faults.length = 0;

  const { kept } = await core.auth.signOut();
  expect(kept.operations).toBe(2);
  browser.server.person = SECOND;
  browser.server.credential = 'cred-second';
  expect((await core.auth.signIn(SECOND.login, browser.server.password)).kind).toBe('signed_in');
  expect(await core.work.mine()).toEqual([]);
  expect((await core.auth.here()).map(({ person, signed_in, operations }) => [person.name, signed_in, operations])).toEqual([
    ['乙', true, 0],
    ['甲', false, 2],
  ]);
  const own = await report(core, browser.now());
  await allConfirmed(core);
  expect(browser.server.operations.has(own.operation_id)).toBe(true);
  expect(browser.server.operations.size).toBe(2);

  browser.server.person = FIRST;
  await core.auth.signOut();
  expect((await core.auth.signIn(FIRST.login, browser.server.password)).kind).toBe('signed_in');
  expect(await core.work.mine()).toHaveLength(3);
  await allConfirmed(core);
  expect(await browser.missingOrWrong('person-1', 'person-2')).toEqual([]);
  await browser.close();
}, 30_000);

test('signed out with unsent work: locked, kept, and sent by whoever holds the phone', async () => {
  const browser = new Browser();
  const { core } = await browser.signedIn();
  browser.online = false;
  const mine = await report(core, browser.now(), 2);
  const draft = await core.drafts.open('finding.report', { site_id: 's1', title: '没写完' }, () => finding(browser.now()));
  expect((await core.auth.signOut()).kept).toEqual({ operations: 1, files: 2, drafts: 1 });
  expect(await core.auth.continueOffline('person-1')).toBe(false);

  browser.online = true;
  browser.server.person = SECOND;
  await core.auth.signIn(SECOND.login, browser.server.password);
  core.outbox.sendNow();
  await until(() => browser.server.files.size, (n) => n === 2);
  await until(async () => (await core.auth.here()).find(({ person }) => person.id === 'person-1') ?? null, (one) => one === null || one.operations + one.files === 0);
  expect(await core.work.get(mine.operation_id)).toBeNull();

  browser.server.person = FIRST;
  await core.auth.signIn(FIRST.login, browser.server.password);
  expect((await core.drafts.list()).map(({ id }) => id)).toEqual([draft.id]);
  await allConfirmed(core);
  expect(await browser.missingOrWrong('person-1', 'person-2')).toEqual([]);
  await browser.close();
}, 30_000);

test('a person changes in two taps without a network; the screen lock holds, and its loss costs nothing', async () => {
  const browser = new Browser();
  const { core } = await browser.signedIn();
  await core.lock.set('135790');
  browser.server.person = SECOND;
  await core.auth.signIn(SECOND.login, browser.server.password);
  expect(core.lock.state).toBe('none');
  browser.online = false;
  expect(await core.auth.continueOffline('person-1')).toBe(true);
  expect(core.lock.state).toBe('locked');
  for (let i = 0; i < 4; i++) expect((await core.lock.unlock('000000')).kind).toBe('wrong');
  expect(await core.lock.unlock('000000')).toMatchObject({ kind: 'slow_down' });
  // Locked, it still sends; forgotten, the password opens and takes the lock away.
  browser.online = true;
  browser.server.person = FIRST;
  expect((await core.auth.signIn(FIRST.login, browser.server.password)).kind).toBe('signed_in');
  expect(core.lock.state).toBe('none');
  await report(core, browser.now());
  await allConfirmed(core);
  expect(await browser.missingOrWrong('person-1')).toEqual([]);
  await browser.close();
}, 30_000);
