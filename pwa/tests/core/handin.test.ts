// Between "submit" and the seal: what was tapped is never lost, never sealed twice, and what was taken back is never sealed.
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { fromUtf8, uuidv7 } from '../../src/core/bytes';
import { Clock } from '../../src/core/clock';
import { databaseName, LocalDatabase, NoSpace, type Database } from '../../src/core/db';
import { Drafts } from '../../src/core/drafts';
import { HandIns, UNDO_MS } from '../../src/core/handin';
import type { Draft, Intent } from '../../src/core/model';
import { seal, type SealContext } from '../../src/core/seal';
import { finding, KillSwitch, MortalDatabase, World } from './world';

let world: World;
beforeEach(async () => {
  world = new World();
  await world.enrol();
});

/** Seconds that pass only when the test says so. */
class Seconds {
  readonly #waiting = new Set<() => void>();
  slept: number[] = [];

  sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      this.slept.push(ms);
      const done = (): void => {
        this.#waiting.delete(done);
        resolve();
      };
      if (signal?.aborted) return resolve();
      this.#waiting.add(done);
      signal?.addEventListener('abort', done);
    });

  over(): void {
    for (const done of [...this.#waiting]) done();
  }
}

interface Tab {
  readonly handIns: HandIns;
  readonly seconds: Seconds;
  readonly clock: Clock;
  die(): void;
}

/** One tab of the phone. `die` is what a killed process does to it: nothing it does any more has an effect, and its locks are free. */
function tab(life = new KillSwitch(), db: Database = world.db, one: World = world): Tab {
  const seconds = new Seconds();
  let kill: (reason: Error) => void = () => undefined;
  const death = new Promise<never>((_, reject) => (kill = reject));
  death.catch(() => undefined);
  const mortal = new MortalDatabase(db, life);
  const clock = new Clock(one.host());
  const context: SealContext = { db: mortal, clock, now: () => one.time, app_version: 'later', capture: 'phone', author: { person_id: 'person-1', post_id: 'post-later' } };
  const handIns = new HandIns({
    db: mortal,
    host: { locks: one.locks as unknown as LockManager, sleep: (ms, signal) => Promise.race([seconds.sleep(ms, signal), death]) },
    seal: (handed_in) => seal(context, { handed_in }),
    changed: () => undefined,
  });
  return {
    handIns,
    seconds,
    clock,
    die: () => {
      life.dead = true;
      kill(new Error('dead'));
    },
  };
}

const intent = (clock: Clock, one = world, then: Draft | null = null): Intent => ({
  post_id: 'post-1',
  made_at: new Date(one.time).toISOString(),
  clock: clock.read(),
  app_version: 'test',
  capture: 'phone',
  then,
});

async function begin(one = world): Promise<string> {
  const drafts = new Drafts(one.db, () => one.time, () => undefined);
  const { id } = await drafts.open('finding.report', { title: '' }, () => finding(one.time));
  await one.addPhoto(id, 1_000, 'before');
  return id;
}

const rows = (one = world) =>
  one.db.read(['operations', 'drafts', 'bodies', 'meta'], async (tx) => ({
    operations: await tx.objectStore('operations').index('seq').getAll(),
    drafts: await tx.objectStore('drafts').getAll(),
    bodies: (await tx.objectStore('bodies').getAll()).map((body) => JSON.parse(fromUtf8(body)) as Record<string, unknown>),
    last_seq: await tx.objectStore('meta').get('last_seq'),
  }));

test('after the seconds it is sealed, as of the tap and by who tapped', async () => {
  const id = await begin();
  const here = tab();
  const said = intent(here.clock);
  expect(await here.handIns.handIn(id, said)).toBe(true);
  expect(here.handIns.list).toMatchObject([{ id, state: 'open' }]);
  expect((await rows()).operations).toEqual([]);
  expect(here.seconds.slept).toEqual([UNDO_MS]);
  world.time += UNDO_MS;
  here.seconds.over();
  expect(await here.handIns.ended(id)).toEqual({ kind: 'sealed', operation_id: id, seq: 1 });
  const { operations, drafts, bodies } = await rows();
  expect([operations.length, drafts.length, here.handIns.list.length]).toEqual([1, 0, 0]);
  expect(bodies[0]).toMatchObject({ made_at: said.made_at, app_version: 'test', author: { person_id: 'person-1', post_id: 'post-1' }, clock: said.clock });
  expect(bodies[0]).not.toHaveProperty('intent');
});

test('taken back within the seconds, it is the draft that it was; it can be handed in again', async () => {
  const id = await begin();
  const here = tab();
  await here.handIns.handIn(id, intent(here.clock));
  expect(await here.handIns.takeBack(id)).toBe('taken_back');
  expect(await here.handIns.ended(id)).toEqual({ kind: 'gone' });
  const { operations, drafts } = await rows();
  expect(operations).toEqual([]);
  expect(drafts).toMatchObject([{ id, payload: { title: '路灯不亮' } }]);
  expect(drafts[0]).not.toHaveProperty('intent');
  await here.handIns.handIn(id, intent(here.clock));
  here.seconds.over();
  expect(await here.handIns.ended(id)).toMatchObject({ kind: 'sealed' });
  expect(await here.handIns.takeBack(id)).toBe('sealed');
  expect((await rows()).operations).toHaveLength(1);
});

test('a double tap on submit hands in once', async () => {
  const id = await begin();
  const here = tab();
  expect(await Promise.all([here.handIns.handIn(id, intent(here.clock)), here.handIns.handIn(id, intent(here.clock))].map((one) => Promise.race([one, settle(30).then(() => 'waits')])))).toContain(true);
  here.seconds.over();
  await settle();
  here.seconds.over();
  await settle();
  expect((await rows()).operations).toHaveLength(1);
});

test('the hidden page seals at once', async () => {
  const ids = [await begin(), await begin()];
  const here = tab();
  for (const id of ids) await here.handIns.handIn(id, intent(here.clock));
  await here.handIns.hurry();
  expect((await rows()).operations.map((row) => row.id)).toEqual(ids);
});

test('undo racing the end of the seconds: one of them wins, and says so', async () => {
  for (let round = 0; round < 60; round++) {
    const one = new World();
    await one.enrol();
    const id = await begin(one);
    const here = tab(new KillSwitch(), one.db, one);
    await here.handIns.handIn(id, intent(here.clock, one));
    const wait = async (turns: number): Promise<void> => {
      for (let i = 0; i < turns; i++) await (i % 3 === 2 ? settle(0) : Promise.resolve());
    };
    const [answer] = await Promise.all([wait(round % 15).then(() => here.handIns.takeBack(id)), wait((round * 7) % 11).then(() => here.seconds.over())]);
    await settle(5);
    await here.handIns.hurry();
    const { operations, drafts } = await rows(one);
    if (answer === 'sealed') expect([operations.length, drafts.length], `round ${round}`).toEqual([1, 0]);
    else expect([operations.length, drafts.length, drafts[0]?.intent], `round ${round}`).toEqual([0, 1, undefined]);
  }
});

test('killed at every effect, before and after it: open as it was, or sealed once at the next start', async () => {
  const counting = new KillSwitch();
  const dry = new World();
  await dry.enrol();
  await run(dry, tab(counting, dry.db, dry));
  expect(counting.count).toBeGreaterThan(3);
  let recovered = 0;
  for (const mode of ['before', 'after'] as const) {
    for (let at = 1; at <= counting.count; at++) {
      const one = new World();
      await one.enrol();
      const life = new KillSwitch(at, mode);
      const first = tab(life, one.db, one);
      const id = await run(one, first);
      first.die();
      await settle();
      one.time -= 86_400_000;
      const next = tab(new KillSwitch(), one.db, one);
      await next.handIns.recover();
      const { operations, drafts, last_seq } = await rows(one);
      const where = `${mode} ${at}`;
      expect(operations.length + drafts.length, where).toBe(1);
      if (drafts[0]) expect(drafts[0], where).not.toHaveProperty('intent');
      else expect([operations[0]?.id, last_seq, operations[0]?.made_at], where).toEqual([id, 1, '2026-11-22T08:00:00.000Z']);
      recovered += operations.length;
      await next.handIns.recover();
      expect((await rows(one)).operations.length, where).toBe(operations.length);
    }
  }
  expect(recovered).toBeGreaterThan(counting.count);
});

/** Hands in and lets the seconds pass, as far as it lives. */
async function run(one: World, here: Tab): Promise<string> {
  const id = await begin(one);
  await Promise.race([here.handIns.handIn(id, intent(here.clock, one)).catch(() => undefined), settle(20)]);
  here.seconds.over();
  await settle(20);
  return id;
}

test('another tab waits while the first counts, and carries on when it dies', async () => {
  const id = await begin();
  const [first, second] = [tab(), tab(new KillSwitch(), new LocalDatabase(databaseName('person-1')))];
  await first.handIns.handIn(id, intent(first.clock));
  const waits = second.handIns.recover();
  await settle();
  expect((await rows()).operations).toEqual([]);
  first.die();
  await waits;
  expect((await rows()).operations.map((row) => row.id)).toEqual([id]);
});

test('another tab that waits seals nothing that was taken back, and nothing twice', async () => {
  const ids = [await begin(), await begin()];
  const [first, second] = [tab(), tab(new KillSwitch(), new LocalDatabase(databaseName('person-1')))];
  for (const id of ids) await first.handIns.handIn(id, intent(first.clock));
  const waits = second.handIns.recover();
  await first.handIns.takeBack(ids[0] ?? '');
  first.seconds.over();
  await waits;
  expect((await rows()).operations.map((row) => row.id)).toEqual([ids[1]]);
  expect((await rows()).drafts.map((row) => row.id)).toEqual([ids[0]]);
});

test('a wall clock that jumps neither shortens nor stretches the seconds', async () => {
  for (const jump of [-365 * 86_400_000, 86_400_000]) {
    const id = await begin();
    const here = tab();
    const said = intent(here.clock);
    await here.handIns.handIn(id, said);
    world.time += jump;
    await settle();
    expect(here.handIns.list).toMatchObject([{ id, state: 'open' }]);
    here.seconds.over();
    expect(await here.handIns.ended(id)).toMatchObject({ kind: 'sealed' });
    expect((await rows()).bodies.find((body) => body['operation_id'] === id)).toMatchObject({ made_at: said.made_at });
  }
});

test('a full phone keeps it, says so, and seals it once there is room', async () => {
  const id = await begin();
  let full = true;
  const cramped: Database = {
    name: world.db.name,
    read: (stores, work) => world.db.read(stores, work),
    write: (stores, work) => (full && stores.includes('bodies') ? Promise.reject(new NoSpace()) : world.db.write(stores, work)),
    close: () => undefined,
  };
  const here = tab(new KillSwitch(), cramped);
  await here.handIns.handIn(id, intent(here.clock));
  here.seconds.over();
  expect(await here.handIns.ended(id)).toEqual({ kind: 'stuck' });
  expect(here.handIns.list).toMatchObject([{ id, state: 'stuck' }]);
  await here.handIns.recover();
  expect(here.handIns.list).toMatchObject([{ id, state: 'stuck' }]);
  full = false;
  await here.handIns.recover();
  expect(here.handIns.list).toEqual([]);
  expect((await rows()).operations.map((row) => row.id)).toEqual([id]);
});

const signature = (): Draft => ({ id: uuidv7(world.time), kind: 'ticket.submit', subject: { title: '' }, payload: { ticket_id: 't' }, after: [], started_at: 1, updated_at: 1 });

test('what follows is sealed right behind it, or not at all', async () => {
  const [id, back] = [await begin(), await begin()];
  const here = tab();
  const then = signature();
  await here.handIns.handIn(back, intent(here.clock, world, signature()));
  await here.handIns.takeBack(back);
  await here.handIns.handIn(id, intent(here.clock, world, then));
  here.seconds.over();
  await here.handIns.ended(id);
  await settle();
  expect((await rows()).operations.map((row) => [row.id, row.seq])).toEqual([
    [id, 1],
    [then.id, 2],
  ]);
});

test('a phone that dies between the two seals the second at the next start', async () => {
  const id = await begin();
  const then = signature();
  const life = new KillSwitch();
  const here = tab(life);
  await here.handIns.handIn(id, intent(here.clock, world, then));
  const real = world.db.write.bind(world.db);
  let commits = 0;
  world.db.write = async (stores, work) => {
    const result = await real(stores, work);
    if (stores.includes('bodies') && ++commits === 1) here.die();
    return result;
  };
  here.seconds.over();
  await settle(30);
  world.db.write = real;
  expect((await rows()).operations.map((row) => row.id)).toEqual([id]);
  await tab().handIns.recover();
  expect((await rows()).operations.map((row) => [row.id, row.seq])).toEqual([
    [id, 1],
    [then.id, 2],
  ]);
});

function settle(ms = 10): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
