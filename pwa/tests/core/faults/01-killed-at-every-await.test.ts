// Fault 1: the tab is killed at every await of the engine, before its effect and after it, on the whole way from an empty draft to the receipt that
// was checked and the photo that may go. Then it is started again like any other day, and nothing is lost or doubled.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { Clock } from '../../../src/core/clock';
import { Drafts } from '../../../src/core/drafts';
import { Geo } from '../../../src/core/geo';
import { Photos } from '../../../src/core/photos';
import type { Host } from '../../../src/core/host';
import { sha256 } from '../../../src/core/bytes';
import { Killed, KillSwitch, MortalDatabase, withCrypto } from './points';
import { HOUR, World, finding } from '../world';

const SUBJECT = { site_id: 's1', title: '路边' };
const PICTURE = crypto.getRandomValues(new Uint8Array(40_000));
const PICTURE_HASH = await sha256(PICTURE);

/** What the photo worker would answer, without one. */
const worker: Host['photoWorker'] = ({ message }) => ({
  postMessage: (job) => {
    const { id } = job as { id: number };
    const reply = { kind: 'ready', bytes: PICTURE.slice().buffer, sha256: PICTURE_HASH, media_type: 'image/jpeg', width: 4, height: 3, thumb: new ArrayBuffer(9), reencoded: false };
    queueMicrotask(() => message({ id, reply }));
  },
  terminate: () => undefined,
});

/** One person's day, written so that it can be begun again after any death: what is there already is not made twice. */
async function day(world: World, life: KillSwitch): Promise<void> {
  const db = new MortalDatabase(world.db, life, true);
  const host = world.host(life, { photoWorker: worker });
  const sealed = await db.read(['operations'], (tx) => tx.objectStore('operations').getAll());
  if (!sealed.some((row) => row.subject.site_id === SUBJECT.site_id)) {
    const drafts = new Drafts(db, host.now, () => undefined);
    const draft = await drafts.open('finding.report', SUBJECT, () => finding(world.time));
    const saved = drafts.save(draft.id, { ...(draft.payload as ReturnType<typeof finding>), note: '路灯倒了' });
    await drafts.flush();
    await saved;
    const photos = new Photos(db, host, new Geo(null, host.now, () => undefined), new Clock(host), () => 'normal', () => undefined, () => undefined);
    if ((await photos.of(draft.id)).length === 0) {
      const taken = await photos.pick(draft.id, new Blob([]), { role: 'before', capture: 'system_camera' });
      if (taken.kind !== 'stored') throw new Error(taken.kind);
    }
    const result = await world.seal(draft.id, db);
    if (result.kind !== 'sealed') throw new Error(result.kind);
  }
  await world.drain(life);
}

async function fresh(): Promise<World> {
  const world = new World();
  world.deep = true;
  world.server.safe_through = 9;
  await world.enrol();
  return world;
}

/** Runs a day; true when it was killed on the way. */
async function killed(world: World, life: KillSwitch): Promise<boolean> {
  try {
    await withCrypto(life, async (outside) => {
      world.outside = outside;
      await day(world, life);
    });
    return false;
  } catch (error) {
    if (error instanceof Killed || life.dead) return true;
    throw error;
  } finally {
    world.outside = (work) => work();
  }
}

async function measure(): Promise<readonly string[]> {
  const life = new KillSwitch();
  expect(await killed(await fresh(), life)).toBe(false);
  return life.points;
}

/** Fewer of a kind than this and something is no longer looked at: an await that passes by the ports, or a step that is gone. */
const AT_LEAST: Readonly<Record<string, number>> = {
  'write drafts': 2,
  'write drafts+files+file_bytes+thumbs': 1,
  'write meta+drafts': 1,
  'write operations+files': 3,
  'read ': 15,
  'put ': 8,
  'add ': 5,
  'get ': 15,
  'fetch PUT': 1,
  'fetch POST': 2,
  'fetch PATCH': 1,
  'fetch GET': 2,
  'answer ': 4,
  'crypto digest': 4,
  'crypto sign': 1,
  'crypto verify': 1,
};

test('the way from draft to receipt has as many fault points as ever', async () => {
  const points = await measure();
  for (const [kind, least] of Object.entries(AT_LEAST)) expect(points.filter((point) => point.startsWith(kind)).length, kind).toBeGreaterThanOrEqual(least);
  console.log(`${points.length} fault points`);
  expect(points.length).toBeGreaterThanOrEqual(100);
});

for (const mode of ['before', 'after'] as const) {
  test(`killed ${mode} every single one of them, and started again`, async () => {
    const points = await measure();
    for (let at = 1; at <= points.length; at++) {
      const world = await fresh();
      const where = `${mode} ${at}: ${points[at - 1]}`;
      expect(await killed(world, new KillSwitch(at, mode)), where).toBe(true);
      expect(await killed(world, new KillSwitch()), where).toBe(false);
      expect(await world.missingOrWrong(), where).toEqual([]);
      expect(world.server.operations.size, where).toBe(1);
      const [body] = [...world.server.operations.values()].map((row) => JSON.parse(new TextDecoder().decode(row.bytes)) as { payload: { note: string }; files: unknown[] });
      expect(body?.payload.note, where).toBe('路灯倒了');
      expect(body?.files, where).toHaveLength(1);
    }
  }, 240_000);
}

test('killed again and again, at another point each time, on one and the same phone', async () => {
  const world = await fresh();
  let deaths = 0;
  for (let at = 5; at < 400; at += 7) {
    world.time += HOUR;
    if (await killed(world, new KillSwitch(at, at % 2 === 0 ? 'before' : 'after'))) deaths += 1;
  }
  expect(deaths).toBeGreaterThan(5);
  expect(await killed(world, new KillSwitch())).toBe(false);
  expect(await world.missingOrWrong()).toEqual([]);
}, 60_000);
