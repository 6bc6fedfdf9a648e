// Autosave: nothing typed is lost by a quick leave, nothing older lands on something newer, and a lost connection is opened again.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test } from 'vitest';
import { LocalDatabase, NoSpace, type Database } from '../../src/core/db';
import { Drafts } from '../../src/core/drafts';
import { finding } from './world';

let db: LocalDatabase;
let drafts: Drafts;
let writes: number;
const subject = { title: '' };
const note = async (id: string, from: Drafts = new Drafts(db, () => 1, () => undefined)): Promise<string | undefined> =>
  (await from.get(id, 'finding.report'))?.payload.note;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  writes = 0;
  const real = new LocalDatabase('lalian-p');
  db = real;
  const counted: Database = {
    name: real.name,
    read: (stores, work) => real.read(stores, work),
    write: (stores, work) => {
      writes += 1;
      return real.write(stores, work);
    },
    close: () => real.close(),
  };
  drafts = new Drafts(counted, () => Date.now(), () => undefined);
});

test('fast tapping is one write, and the newest wins', async () => {
  const { id } = await drafts.open('finding.report', subject, () => finding(1));
  writes = 0;
  for (let i = 0; i < 20; i++) void drafts.save(id, { ...finding(1), note: String(i) });
  await drafts.save(id, { ...finding(1), note: 'last' });
  expect(writes).toBe(1);
  expect(await note(id)).toBe('last');
});

test('leaving the page writes at once; the screen sees its own words before that', async () => {
  const { id } = await drafts.open('finding.report', subject, () => finding(1));
  void drafts.save(id, { ...finding(1), note: 'half a sentence' });
  expect(await note(id, drafts)).toBe('half a sentence');
  expect(await note(id)).toBe('');
  await drafts.flush();
  expect(await note(id)).toBe('half a sentence');
});

test('what the screen changes after saving is not saved with it', async () => {
  const { id } = await drafts.open('finding.report', subject, () => finding(1));
  const payload = { ...finding(1), note: 'as it was' };
  const saved = drafts.save(id, payload);
  payload.note = 'later';
  await saved;
  expect(await note(id)).toBe('as it was');
});

test('a save during a write comes after it', async () => {
  const { id } = await drafts.open('finding.report', subject, () => finding(1));
  void drafts.save(id, { ...finding(1), note: 'one' });
  const flushed = drafts.flush();
  const second = drafts.save(id, { ...finding(1), note: 'two' });
  await flushed;
  await drafts.flush();
  await second;
  expect(await note(id)).toBe('two');
});

test('two quick taps on "start" open one visit; visits of other sites stand beside it', async () => {
  const visit = () => ({ inspection_id: 'i', site_id: 's1', checklist_id: 'c', round_id: null, outcome: 'inspected' as const, people_present: '', note: '', arrived: null, distance_reason: null, answers: [] });
  const both = await Promise.all([drafts.open('inspection.submit', { site_id: 's1', title: '' }, visit), drafts.open('inspection.submit', { site_id: 's1', title: '' }, visit)]);
  expect(both[0].id).toBe(both[1].id);
  await drafts.open('inspection.submit', { site_id: 's2', title: '' }, visit);
  await drafts.open('finding.report', subject, () => finding(1));
  await drafts.open('finding.report', subject, () => finding(1));
  expect(await drafts.list()).toHaveLength(4);
});

test('a full phone says so and keeps the words in sight', async () => {
  const { id } = await drafts.open('finding.report', subject, () => finding(1));
  const full = new Drafts({ name: 'x', read: (stores, work) => db.read(stores, work), write: () => Promise.reject(new NoSpace()), close: () => undefined }, () => 1, () => undefined);
  await expect(full.save(id, { ...finding(1), note: 'x' })).rejects.toThrow(NoSpace);
  expect(await note(id, full)).toBe('x');
  expect(await note(id)).toBe('');
});

test('a connection that the system closed is opened again', async () => {
  const { id } = await drafts.open('finding.report', subject, () => finding(1));
  // As iOS does to a page in the background: the handle is dead and nobody was told.
  await db.read(['drafts'], async (tx) => void (tx as unknown as { db: { close: () => void } }).db.close());
  await drafts.save(id, { ...finding(1), note: 'after' });
  expect(await note(id)).toBe('after');
});

test('a discarded draft takes its unsaved words with it', async () => {
  const { id } = await drafts.open('finding.report', subject, () => finding(1));
  void drafts.save(id, { ...finding(1), note: 'x' });
  await drafts.discard(id);
  await drafts.flush();
  expect(await drafts.list()).toEqual([]);
});

test('where the person stands is kept beside the work and changes neither its words nor its age', async () => {
  const { id, updated_at } = await drafts.open('finding.report', subject, () => finding(1));
  drafts.look(id, { at: 'item-3' });
  await drafts.flush();
  expect(await drafts.get(id, 'finding.report')).toMatchObject({ view: { at: 'item-3' }, updated_at, payload: { note: '' } });
  void drafts.save(id, { ...finding(1), note: 'words' });
  drafts.look(id, { at: 'item-4' });
  await drafts.flush();
  expect(await drafts.get(id, 'finding.report')).toMatchObject({ view: { at: 'item-4' }, payload: { note: 'words' } });
  await drafts.save(id, { ...finding(1), note: 'more' });
  expect(await drafts.get(id, 'finding.report')).toMatchObject({ view: { at: 'item-4' }, payload: { note: 'more' } });
});

test('words that a full phone refused are not lost to a later look around', async () => {
  const { id } = await drafts.open('finding.report', subject, () => finding(1));
  let full = true;
  const cramped = new Drafts({ name: 'x', read: (stores, work) => db.read(stores, work), write: (stores, work) => (full ? Promise.reject(new NoSpace()) : db.write(stores, work)), close: () => undefined }, () => 1, () => undefined);
  const refused = cramped.save(id, { ...finding(1), note: 'x' });
  await cramped.flush();
  await expect(refused).rejects.toThrow(NoSpace);
  cramped.look(id, { at: 'item-9' });
  full = false;
  await cramped.flush();
  expect(await note(id)).toBe('x');
});
