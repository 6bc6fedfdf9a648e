// Fault 4: the space ends between the photo and the submission. Nothing half-written stays; the draft goes on when there is room again.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { NoSpace, type Database, type ReadTx, type Store, type WriteTx } from '../../../src/core/db';
import { Drafts } from '../../../src/core/drafts';
import { World, finding } from '../world';

/** Refuses the writes of these stores for want of space, as the browser does: inside the transaction. */
class Cramped implements Database {
  readonly name: string;
  readonly #db: Database;
  full: (stores: readonly Store[]) => boolean = () => false;
  constructor(db: Database) {
    this.name = db.name;
    this.#db = db;
  }
  read<T>(stores: readonly Store[], work: (tx: ReadTx) => Promise<T>): Promise<T> {
    return this.#db.read(stores, work);
  }
  write<T>(stores: readonly Store[], work: (tx: WriteTx) => Promise<T>): Promise<T> {
    return this.#db.write(stores, async (tx) => {
      const result = await work(tx);
      if (this.full(stores)) throw new DOMException('full', 'QuotaExceededError');
      return result;
    });
  }
  close(): void {
    this.#db.close();
  }
}

test.each([
  ['the photo', 'file_bytes'],
  ['the submission', 'bodies'],
  ['the answers', 'drafts'],
] as const)('no room for %s: said, nothing half there, and it goes on later', async (_what, store) => {
  const world = new World();
  await world.enrol();
  const cramped = new Cramped(world.db);
  const drafts = new Drafts(cramped, () => world.time, () => undefined);
  const draft = await drafts.open('finding.report', { site_id: 's1', title: '路边' }, () => finding(world.time));
  await world.addPhoto(draft.id, 9_000, 'before', cramped);

  cramped.full = (stores) => stores.includes(store);
  const step = {
    file_bytes: () => world.addPhoto(draft.id, 9_000, 'before', cramped),
    bodies: () => world.seal(draft.id, cramped),
    drafts: async () => {
      const saved = drafts.save(draft.id, { ...(draft.payload as ReturnType<typeof finding>), note: '写' });
      await drafts.flush();
      await saved;
    },
  }[store];
  await expect(step()).rejects.toBeInstanceOf(NoSpace);
  const left = await world.db.read(['drafts', 'operations', 'bodies', 'files', 'file_bytes', 'meta'], async (tx) => ({
    drafts: await tx.objectStore('drafts').count(),
    operations: await tx.objectStore('operations').count(),
    bodies: await tx.objectStore('bodies').count(),
    files: await tx.objectStore('files').count(),
    bytes: await tx.objectStore('file_bytes').count(),
  }));
  expect(left).toEqual({ drafts: 1, operations: 0, bodies: 0, files: 1, bytes: 1 });

  cramped.full = () => false;
  // Words that did not fit wait in memory and are written with the next flush.
  await drafts.flush();
  expect((await world.seal(draft.id, cramped)).kind).toBe('sealed');
  await world.drain();
  expect(await world.missingOrWrong()).toEqual([]);
});

test('the space ends while answers of the server are written down: they are asked for again', async () => {
  const world = new World();
  await world.enrol();
  await world.visit([5_000]);
  let fails = 0;
  const write = world.db.write.bind(world.db);
  Object.assign(world.db, {
    write: <T>(stores: readonly Store[], work: (tx: WriteTx) => Promise<T>): Promise<T> =>
      stores.includes('operations') && fails++ < 3 ? Promise.reject(new NoSpace()) : write(stores, work),
  });
  for (let i = 0; i < 6; i++) await world.drain().catch((error: unknown) => expect(error).toBeInstanceOf(NoSpace));
  expect(fails).toBeGreaterThan(3);
  expect(await world.missingOrWrong()).toEqual([]);
});
