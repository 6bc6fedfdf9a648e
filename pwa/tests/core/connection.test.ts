// The local database is closed, broken or silent behind the app's back: the work is done all the same, or the person is told calmly, once.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LocalDatabase } from '../../src/core/db';
import { getMeta, putMeta } from '../../src/core/meta';
import { removePin, setPin, stillOpen, tryPin } from '../../src/core/pin';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const seq = (db: LocalDatabase): Promise<number | null> => db.read(['meta'], (tx) => getMeta(tx, 'last_seq'));

/** The next `times` transactions meet a connection that the system has closed. */
function closed(times: number, name = 'InvalidStateError'): void {
  const real = IDBDatabase.prototype.transaction;
  let left = times;
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...given) {
    if (left-- > 0) throw new DOMException('The database connection is closing.', name);
    return real.apply(this, given);
  });
}

test.each(['InvalidStateError', 'UnknownError'])('closed once with %s: opened again, nobody hears of it', async (name) => {
  const told: (string | null)[] = [];
  const db = new LocalDatabase('x', (trouble) => told.push(trouble));
  await db.write(['meta'], (tx) => putMeta(tx, 'last_seq', 4));
  closed(1, name);
  expect(await seq(db)).toBe(4);
  expect(told).toEqual([]);
});

test('it does not come back: told once with its name, and told when it is well again', async () => {
  const told: (string | null)[] = [];
  const db = new LocalDatabase('x', (trouble) => told.push(trouble));
  await db.write(['meta'], (tx) => putMeta(tx, 'last_seq', 4));
  closed(4);
  await expect(seq(db)).rejects.toMatchObject({ name: 'InvalidStateError' });
  expect(told).toEqual(['InvalidStateError']);
  expect(await seq(db)).toBe(4);
  expect(told).toEqual(['InvalidStateError', null]);
});

test('a fault of the work itself is not taken for a lost connection', async () => {
  const told: (string | null)[] = [];
  const db = new LocalDatabase('x', (trouble) => told.push(trouble));
  await expect(db.write(['meta'], () => Promise.reject(new TypeError('ours')))).rejects.toMatchObject({ message: 'ours' });
  expect(told).toEqual([]);
});

test('wrong screen codes wait longer and longer, over a restart too; the right one opens after the wait', async () => {
  const db = new LocalDatabase('x');
  let now = 1_000_000;
  await setPin(db, '135790', now);
  for (let i = 0; i < 4; i++) expect(await tryPin(db, '000000', now)).toEqual({ kind: 'wrong' });
  expect(await tryPin(db, '000000', now)).toEqual({ kind: 'slow_down', seconds: 30 });
  const restarted = new LocalDatabase('x');
  expect(await tryPin(restarted, '135790', now)).toEqual({ kind: 'slow_down', seconds: 30 });
  now += 30_000;
  expect(await tryPin(restarted, '111111', now)).toEqual({ kind: 'slow_down', seconds: 60 });
  now += 60_000;
  expect(await tryPin(restarted, '135790', now)).toEqual({ kind: 'open' });
  expect(await tryPin(restarted, '000000', now)).toEqual({ kind: 'wrong' });
});

test('two tabs trying at once are both counted; a clock set back does not lock for a year', async () => {
  const db = new LocalDatabase('x');
  await setPin(db, '135790', 5_000_000_000);
  await Promise.all(Array.from({ length: 5 }, () => tryPin(db, '000000', 5_000_000_000)));
  expect(await tryPin(db, '135790', 5_000_000_000)).toMatchObject({ kind: 'slow_down' });
  expect(await tryPin(db, '135790', 1_000_000)).toEqual({ kind: 'slow_down', seconds: 900 });
  expect(await tryPin(db, '135790', 1_900_000)).toEqual({ kind: 'open' });
});

test('a short absence asks for nothing, a long one does; without a lock nothing is asked', async () => {
  const db = new LocalDatabase('x');
  expect(await stillOpen(db, 0)).toBe(true);
  await setPin(db, '135790', 1_000_000);
  expect(await stillOpen(db, 1_000_000 + 299_000)).toBe(true);
  expect(await stillOpen(db, 1_000_000 + 301_000)).toBe(false);
  expect(await stillOpen(db, 1_000)).toBe(false);
  await removePin(db);
  expect(await tryPin(db, 'anything', 0)).toEqual({ kind: 'open' });
});
