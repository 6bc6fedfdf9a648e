// Test benches: a phone's world with a clock that only the test moves, and a switch that kills the program at any numbered effect.
import { IDBFactory } from 'fake-indexeddb';
import { uuidv7, sha256 } from '../../src/core/bytes';
import { Clock } from '../../src/core/clock';
import { databaseName, LocalDatabase, type Database } from '../../src/core/db';
import { ContactLog } from '../../src/core/contact';
import { Drafts } from '../../src/core/drafts';
import type { Host } from '../../src/core/host';
import { makeDevice } from '../../src/core/install';
import { Lane } from '../../src/core/lane';
import { Link } from '../../src/core/link';
import { DEFAULT_LIMITS, putMeta } from '../../src/core/meta';
import type { FileRow } from '../../src/core/model';
import { seal } from '../../src/core/seal';
import { ChunkSize } from '../../src/core/uploads';
import { Killed, KillSwitch, MortalDatabase, mortalHost } from './faults/points';
import { FakeServer, randomBytes } from './fake-server';
import { missingOrWrong } from './oracle';
import { FakeLocks } from './fake-locks';

export { Killed, KillSwitch, MortalDatabase } from './faults/points';

export const HOUR = 3_600_000;

export class World {
  readonly server = new FakeServer();
  readonly db: LocalDatabase;
  readonly locks = new FakeLocks();
  time = Date.parse('2026-11-22T08:00:00Z');
  seed = 1;

  constructor() {
    globalThis.indexedDB = new IDBFactory();
    this.db = new LocalDatabase(databaseName('person-1'));
  }

  /** Runs what is not the phone's own work; see `withCrypto`. */
  outside: <T>(work: () => Promise<T>) => Promise<T> = (work) => work();
  /** Each request inside a transaction is a fault point of its own. */
  deep = false;

  host(life = new KillSwitch(), over: Partial<Host> = {}): Host {
    const host: Host = {
      fetch: (input, init) => this.server.fetch(input, init),
      now: () => this.time,
      monotonic: () => this.time,
      random: () => this.random(),
      sleep: async (ms) => {
        this.time += ms;
      },
      locks: this.locks as unknown as LockManager,
      channel: () => ({ post: () => undefined, close: () => undefined }),
      storage: null,
      geolocation: null,
      photoWorker: () => {
        throw new Error('no camera here');
      },
      timeZone: () => 'Asia/Shanghai',
      appVersion: 'test',
      capture: 'phone',
      visible: () => true,
      online: () => true,
      ...over,
    };
    return mortalHost(host, life, (work) => this.outside(work));
  }

  /** mulberry32: the same seed gives the same day. */
  random(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  async enrol(): Promise<void> {
    const device = await makeDevice('13800000001');
    this.server.device = { id: device.id, public_key: device.public_key };
    await this.db.write(['meta'], async (tx) => {
      await putMeta(tx, 'device', { id: device.id, public_key: device.public_key, private_key: device.private_key, credential: 'cred-1' });
      await putMeta(tx, 'profile', {
        person: { id: 'person-1', login: '13800000001', name: '甲' },
        posts: [],
        post_id: 'post-1',
        must_change_password: false,
        demo: true,
        limits: DEFAULT_LIMITS,
      });
    });
  }

  /** A visit with this many photos (bytes each), sealed. Gives back its id. */
  async visit(photos: readonly number[] = [], after: readonly string[] = [], db: Database = this.db): Promise<string> {
    const drafts = new Drafts(db, () => this.time, () => undefined);
    const draft = await drafts.open('finding.report', { title: '路边' }, () => finding(this.time), after);
    for (const [i, size] of photos.entries()) await this.addPhoto(draft.id, size, i === 0 ? 'overview' : 'before', db);
    const result = await this.seal(draft.id, db);
    if (result.kind !== 'sealed') throw new Error(result.kind);
    return draft.id;
  }

  seal(draft_id: string, db: Database = this.db): ReturnType<typeof seal> {
    const clock = new Clock(this.host());
    const author = { person_id: 'person-1', post_id: 'post-1' };
    return seal({ db, clock, now: () => this.time, app_version: 'test', capture: 'phone', author }, { draft_id });
  }

  async addPhoto(owner: string, size: number, role: FileRow['role'], db: Database = this.db): Promise<FileRow> {
    const bytes = randomBytes(size);
    const file: FileRow = {
      file_id: uuidv7(this.time),
      sha256: await sha256(bytes),
      bytes: size,
      media_type: 'image/jpeg',
      width: 10,
      height: 10,
      role,
      item_path: null,
      instance_key: '',
      of_file_id: null,
      taken_at: new Date(this.time).toISOString(),
      capture: 'in_page',
      capture_reason: null,
      reencoded: false,
      position: null,
      heading: null,
      owner,
      stored_at: this.time,
      upload: 'held',
    };
    await db.write(['files', 'file_bytes'], async (tx) => {
      await tx.objectStore('files').add(file);
      await tx.objectStore('file_bytes').add(bytes.buffer, file.file_id);
    });
    return file;
  }

  /** A freshly started sender on this phone's database. */
  lane(life = new KillSwitch()): { lane: Lane; link: Link } {
    const db = new MortalDatabase(this.db, life, this.deep);
    const host = this.host(life);
    const clock = new Clock(host);
    const contacts = new ContactLog(host.now);
    const pending: Promise<unknown>[] = [];
    const link = new Link(host, {
      heard: (at, epoch) => {
        const noted = contacts.note(db, clock.heard(at), epoch).then((fresh) => fresh && lane.epochChanged());
        noted.catch(() => undefined);
        pending.push(noted);
      },
      overridden: () => undefined,
    });
    const lane: Lane = new Lane(db, host, link, new ChunkSize(), {
      changed: () => undefined,
      applied: () => undefined,
      sending: () => undefined,
      needsLogin: () => undefined,
    });
    const step = lane.step.bind(lane);
    // What was heard is on the disk before the next step, as in the app a moment later.
    lane.step = async (...args) => {
      await Promise.all(pending.splice(0));
      return step(...args);
    };
    return { lane, link };
  }

  /** Lets the sender work until nothing is left that time alone would bring. Waiting is skipped by moving the clock. */
  async drain(life = new KillSwitch(), limit = 2_000): Promise<void> {
    const { lane, link } = this.lane(life);
    for (let i = 0; i < limit; i++) {
      const blocked = link.waiting;
      if (blocked) this.time = blocked.until;
      const step = await lane.step(() => false);
      if (step.kind === 'did') continue;
      if (link.waiting) continue;
      if (step.until === null) return;
      this.time = Math.max(this.time, step.until);
    }
    const stuck = await this.db.read(['operations'], (tx) => tx.objectStore('operations').getAll());
    throw new Error(`the sender does not come to rest: ${JSON.stringify(stuck.map(({ progress, verdict, problem }) => ({ progress, verdict, problem })))}`);
  }

  /** Starts, dies at the given effect, and tells whether it died (false: it came to its end first). */
  async drainUntilKilled(life: KillSwitch): Promise<boolean> {
    try {
      await this.drain(life);
      return false;
    } catch (error) {
      if (error instanceof Killed || life.dead) return true;
      throw error;
    }
  }

  missingOrWrong(): Promise<string[]> {
    return missingOrWrong(this.server, [this.db]);
  }
}

export const finding = (now: number) => ({
  finding_id: uuidv7(now),
  site_id: null,
  item_code: null,
  instance_key: '',
  title: '路灯不亮',
  note: '',
  severity: 'major' as const,
  is_static: true,
  position: null,
  fixed_on_spot: false,
});
