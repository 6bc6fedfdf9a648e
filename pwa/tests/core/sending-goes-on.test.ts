// Sending survives whatever fails outside anybody's lane: the list of people that cannot be read, a lock that cannot be asked for, a file of the
// app that does not load. It waits and tries again for as long as the tab lives.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Install } from '../../src/core/install';
import type * as SenderFile from '../../src/core/sender';
import { allConfirmed, Browser, report, until } from './tabs';

let broken = false;
vi.mock('../../src/core/sender', async (original) => {
  const real = await original<typeof SenderFile>();
  return {
    // A file that does not load fails at the place where it is asked for.
    get Sender() {
      if (broken) throw new TypeError('Failed to fetch dynamically imported module');
      return real.Sender;
    },
  };
});

let browser: Browser;
beforeEach(() => {
  browser = new Browser();
  broken = false;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await browser.close();
});

test('the list of people cannot be read for a while: said, and sending goes on', async () => {
  const { core } = await browser.signedIn();
  await report(core, browser.now());
  await allConfirmed(core);
  const people = vi.spyOn(Install.prototype, 'people').mockRejectedValue(new DOMException('gone', 'UnknownError'));
  core.wake('tap');
  await until(() => core.sync.phase, (phase) => phase.kind === 'waiting' && phase.problem.kind === 'local');
  const { operation_id } = await report(core, browser.now());
  people.mockRestore();
  // Nobody taps: it comes back by itself.
  await until(() => browser.server.operations.has(operation_id), Boolean);
  await allConfirmed(core);
  expect(await browser.missingOrWrong('person-1')).toEqual([]);
});

test('locks fail now and then: the turn ends, the next one sends', async () => {
  const { query, request } = browser.locks;
  let [asked, fails] = [0, 0];
  const often = (): void => {
    if (++asked % 2 === 1 && fails < 6) {
      fails += 1;
      throw new DOMException('not now', 'InvalidStateError');
    }
  };
  browser.locks.query = async () => (often(), query.call(browser.locks));
  browser.locks.request = async (name, ...rest) => {
    if (name === 'lalian-uploader' || name === 'lalian-refresh') often();
    return request.call(browser.locks, name, ...rest);
  };
  const { core } = await browser.signedIn();
  const { operation_id } = await report(core, browser.now());
  await until(() => browser.server.operations.has(operation_id), Boolean);
  await allConfirmed(core);
  expect(fails).toBeGreaterThan(0);
  expect(await browser.missingOrWrong('person-1')).toEqual([]);
});

test('the part that sends does not load at first', async () => {
  broken = true;
  const { core } = await browser.signedIn();
  const { operation_id } = await report(core, browser.now());
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(browser.server.operations.size).toBe(0);
  broken = false;
  await until(() => browser.server.operations.has(operation_id), Boolean);
  await allConfirmed(core);
  expect(await browser.missingOrWrong('person-1')).toEqual([]);
});
