// Whole days of one phone for fault test 1: signing in, the working set, a visit with a photo, and sending it as the app does, under the lease of the
// one tab that sends. Each may be begun again after any death: what is there already is not made twice.
import { Clock } from '../../../src/core/clock';
import { ContactLog } from '../../../src/core/contact';
import { sha256 } from '../../../src/core/bytes';
import type { Database, Databases, LocalDatabase } from '../../../src/core/db';
import { Drafts } from '../../../src/core/drafts';
import { signIn } from '../../../src/core/entering';
import { pull } from '../../../src/core/feed';
import { Geo } from '../../../src/core/geo';
import type { Host } from '../../../src/core/host';
import { Install } from '../../../src/core/install';
import { Link } from '../../../src/core/link';
import { Photos } from '../../../src/core/photos';
import { seal } from '../../../src/core/seal';
import { Sender } from '../../../src/core/sender';
import { finding, HOUR, type World } from '../world';
import { Killed, type KillSwitch, MortalDatabase, mortalInstall } from './points';
import { Timeline } from './timeline';

const PERSON = 'person-1';
const PICTURE = crypto.getRandomValues(new Uint8Array(20_000));
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

export interface Plan {
  readonly sites: readonly string[];
  /** Asked whenever all that was sealed is with the county and the phone rests: true when the day is over, else what is to happen next has happened. */
  readonly over: (world: World) => boolean;
}

export const NOTE = '路灯倒了';

/** One life of the phone, from its start to the end of the day or to its death. */
export async function live(world: World, life: KillSwitch, { sites, over }: Plan): Promise<void> {
  const db = new MortalDatabase(world.db, life, world.deep);
  const time = new Timeline(world);
  const host = world.host(life, { photoWorker: worker, sleep: time.sleep });
  const install = mortalInstall(new Install(), life);
  const databases = { of: () => db as unknown as LocalDatabase } as unknown as Databases;
  const clock = new Clock(host);
  const contacts = new ContactLog(host.now);
  const link = new Link(host, {
    heard: (at, epoch) => void contacts.note(db, clock.heard(at), epoch).then((fresh) => fresh && sender.epochChanged(PERSON)).catch(() => undefined),
    overridden: () => undefined,
  });
  const nothing = (): void => undefined;
  const sender = new Sender(host, link, install, databases, { changed: nothing, applied: nothing, phase: nothing, sending: nothing, needsLogin: nothing });

  // Nobody is known here: the person has to sign in, also when the last try died on the way.
  if ((await install.people()).length === 0) {
    const door = { host, install, databases, link, call: (request: Parameters<Link['send']>[0]) => link.send(request), profile: () => null, entered: nothing, passwordChanged: async () => undefined, left: nothing };
    const entered = await signIn(door, world.server.person.login, world.server.password);
    if (entered.kind !== 'signed_in') throw new Error(entered.kind);
  }
  const pulled = await pull(db, { call: (request) => link.send(request), post_id: 'post-1', stands: () => true }, host.now);
  if (pulled.kind !== 'done') throw new Error(pulled.kind);
  for (const site of sites) await visit(world, db, host, clock, site);

  const closed = new AbortController();
  // No other tab was ever heard of: as after a crash of all of them.
  const turn = sender.run({ heard: () => world.time - HOUR, say: nothing }, closed.signal);
  let failed: unknown = null;
  turn.catch((error: unknown) => (failed = error));
  for (let i = 0; i < 500; i++) {
    await life.quiet();
    if (life.dead) throw new Killed();
    if (failed !== null) throw failed as Error;
    if ((await resting(world)) && over(world)) {
      closed.abort();
      return Promise.race([turn, life.died]);
    }
    time.next();
  }
  const left = await world.db.read(['operations'], (tx) => tx.objectStore('operations').getAll());
  throw new Error(`the day does not end: ${JSON.stringify(left.map(({ progress, verdict, problem }) => ({ progress, verdict, problem })))} ${life.points.slice(-6).join(' · ')}`);
}

/** Looks from outside, which is no point of the phone's. */
async function resting(world: World): Promise<boolean> {
  const rows = await world.db.read(['operations'], (tx) => tx.objectStore('operations').getAll());
  return rows.every((row) => row.progress === 'confirmed' || row.progress === 'purged');
}

async function visit(world: World, db: Database, host: Host, clock: Clock, site_id: string): Promise<void> {
  const sealed = await db.read(['operations'], (tx) => tx.objectStore('operations').getAll());
  if (sealed.some((row) => row.subject.site_id === site_id)) return;
  const drafts = new Drafts(db, host.now, () => undefined);
  const draft = await drafts.open('finding.report', { site_id, title: '路边' }, () => finding(world.time));
  const saved = drafts.save(draft.id, { ...(draft.payload as ReturnType<typeof finding>), note: NOTE });
  await drafts.must(draft.id);
  await saved;
  const photos = new Photos(db, host, new Geo(null, host.now, () => undefined), clock, () => 'normal', () => undefined, () => undefined);
  if ((await photos.of(draft.id)).length === 0) {
    const taken = await photos.pick(draft.id, new Blob([]), { role: 'before', capture: 'system_camera' });
    if (taken.kind !== 'stored') throw new Error(taken.kind);
  }
  const author = { person_id: PERSON, post_id: 'post-1' };
  const result = await seal({ db, clock, now: host.now, app_version: 'test', capture: 'phone', author }, { draft_id: draft.id });
  if (result.kind !== 'sealed') throw new Error(result.kind);
}
