// Fault 1: the tab is killed at every await of the engine, before its effect and after it, on the whole way from the login and an empty draft to the
// receipt that was checked. Then it is started again like any other day, and nothing is lost or doubled. Two days: one on which all goes well, and
// one with a refusal, an answer "not yet", a photo that nobody named, and a server that is put back to an empty backup.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { live, NOTE, type Plan } from './days';
import { Killed, KillSwitch, withCrypto } from './points';
import { HOUR, World } from '../world';

interface Day {
  readonly name: string;
  readonly world: () => World;
  readonly plan: Plan;
  /** Fewer of a kind than this and something is no longer looked at: an await that passes by the ports, or a step that is gone. */
  readonly least: Readonly<Record<string, number>>;
}

const LONG = process.env['LALIAN_TEST_LONG'] !== undefined && process.env['LALIAN_TEST_LONG'] !== '';

const EVERY_DAY: Day['least'] = {
  'install ': 4,
  'write drafts': 2,
  'write drafts+files+file_bytes+thumbs': 1,
  'write meta+drafts': 1,
  'write operations+files': 3,
  'write rows+meta+drafts': 2,
  'read ': 15,
  'fetch PUT': 1,
  'fetch POST': 3,
  'fetch PATCH': 1,
  'fetch GET': 4,
  'answer ': 6,
  'crypto generateKey': 1,
  'crypto digest': 4,
  'crypto sign': 1,
  'crypto verify': 1,
  'lock lalian-uploader': 1,
  'locked lalian-uploader': 1,
  'lock query': 1,
  sleep: 3,
};

function quietWorld(): World {
  const world = new World();
  world.deep = true;
  world.server.safe_through = 9;
  for (const id of ['s1', 's2', 's3']) world.server.feed.push({ noun: 'sites', id, version: 1, row: { id } });
  return world;
}

const ours = (status: number, code: string): Response => Response.json({ code }, { status, headers: { 'Lalian-Epoch': 'epoch-1' } });

/** Each trouble comes once, whoever lives or dies over it. */
function roughWorld(): World {
  const world = quietWorld();
  // The requests inside its transactions are points in the long run only: the good day walks them, and a transaction is there or not.
  world.deep = LONG;
  const { server } = world;
  let [refused, not_yet, unnamed] = [false, false, false];
  server.refuse = () => {
    if (refused) return null;
    refused = true;
    return 'outside_county';
  };
  server.faults.push(({ method, path }) => {
    if (method === 'PUT' && server.operations.size === 1 && !not_yet) {
      not_yet = true;
      return { when: 'before', answer: () => ours(425, 'not_yet') };
    }
    if (method === 'POST' && path.endsWith('/uploads') && !unnamed) {
      unnamed = true;
      return { when: 'before', answer: () => ours(404, 'upload_unnamed') };
    }
    return null;
  });
  return world;
}

/** When everything has arrived the server loses it all, and the phone hears of it a day later. */
function restoredOnce(world: World): boolean {
  const { server } = world;
  if (server.epoch !== 'epoch-1') return server.operations.size === 2;
  expect([...server.operations.values()].map((row) => row.status)).toEqual(['refused', 'accepted']);
  server.restore(() => false);
  world.time += 25 * HOUR;
  return false;
}

const GOOD: Day = {
  name: 'a good day',
  world: quietWorld,
  plan: { sites: ['s1'], over: () => true },
  least: { ...EVERY_DAY, 'put ': 12, 'add ': 5, 'get ': 20 },
};
const ROUGH: Day = {
  name: 'a rough day',
  world: roughWorld,
  plan: { sites: ['s1', 's2'], over: restoredOnce },
  least: { ...EVERY_DAY, 'fetch PUT': 5, 'fetch PATCH': 2, 'fetch POST': 6, 'write operations+files+file_bytes': 2 },
};

/** Having died after what only looks is the same as dying before what comes next; the rough day walks those twice in the long run only. */
const LEAVES_SOMETHING = /^(write|fetch|install|lock)/;

/** Lives a day; true when it was killed on the way. */
async function killed({ plan }: Day, world: World, life: KillSwitch): Promise<boolean> {
  try {
    await withCrypto(life, async (outside) => {
      world.outside = outside;
      await live(world, life, plan);
    });
    return false;
  } catch (error) {
    if (error instanceof Killed || life.dead) return true;
    throw error;
  } finally {
    world.outside = (work) => work();
  }
}

async function measure(day: Day): Promise<readonly string[]> {
  const life = new KillSwitch();
  expect(await killed(day, day.world(), life)).toBe(false);
  return life.points;
}

for (const day of [GOOD, ROUGH]) {
  test(`${day.name} has as many fault points as ever`, async () => {
    const points = await measure(day);
    for (const [kind, least] of Object.entries(day.least)) expect(points.filter((point) => point.startsWith(kind)).length, kind).toBeGreaterThanOrEqual(least);
    console.log(`${day.name}: ${points.length} fault points`);
    expect(points.length).toBeGreaterThanOrEqual(200);
  });

  for (const mode of ['before', 'after'] as const) {
    test(`${day.name}: killed ${mode} every single one of them, and started again`, async () => {
      const points = await measure(day);
      for (let at = 1; at <= points.length; at++) {
        if (mode === 'after' && day === ROUGH && !LONG && !LEAVES_SOMETHING.test(points[at - 1] ?? '')) continue;
        const world = day.world();
        const where = `${mode} ${at}: ${points[at - 1]}`;
        // A nap may outlast the day: then nobody wakes up from it to die.
        if (!(await killed(day, world, new KillSwitch(at, mode)))) expect(points[at - 1], where).toBe('sleep');
        expect(await killed(day, world, new KillSwitch()).catch(String), where).toBe(false);
        expect(await world.missingOrWrong(), where).toEqual([]);
        expect(world.server.operations.size, where).toBe(day.plan.sites.length);
        for (const { bytes } of world.server.operations.values()) {
          const body = JSON.parse(new TextDecoder().decode(bytes)) as { payload: { note: string }; files: unknown[] };
          expect([body.payload.note, body.files.length], where).toEqual([NOTE, 1]);
        }
      }
    }, 240_000);
  }
}

test('killed again and again, at another point each time, on one and the same phone', async () => {
  const world = GOOD.world();
  let deaths = 0;
  for (let at = 5; at < 400; at += 7) {
    world.time += HOUR;
    if (await killed(GOOD, world, new KillSwitch(at, at % 2 === 0 ? 'before' : 'after'))) deaths += 1;
  }
  expect(deaths).toBeGreaterThan(5);
  expect(await killed(GOOD, world, new KillSwitch())).toBe(false);
  expect(await world.missingOrWrong()).toEqual([]);
}, 60_000);
