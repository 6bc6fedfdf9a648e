// A photo from shutter to disk, and what belongs to it: drawings, voice, the steady clock, the way back, pictures to look at.
import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import type { ApiResult } from '../../src/api/client';
import { Aids } from '../../src/core/aids';
import { sha256, utf8, type Bytes } from '../../src/core/bytes';
import { Clock } from '../../src/core/clock';
import { NoSpace, type Database } from '../../src/core/db';
import { Drafts } from '../../src/core/drafts';
import { Examples } from '../../src/core/examples';
import { Geo } from '../../src/core/geo';
import type { PhotoMeta } from '../../src/core/index';
import { LastPhotos } from '../../src/core/last-photos';
import { UNKNOWN_STORAGE } from '../../src/core/quota';
import type { StorageStatus } from '../../src/core/model';
import { Photos, type Space } from '../../src/core/photos';
import type { Checklist } from '../../src/core/rows';
import { WorkingSet } from '../../src/core/working';
import type { PhotoReply } from '../../src/workers/photo.protocol';
import { sniff, whole } from '../../src/workers/sniff';
import { randomBytes } from './fake-server';
import { finding, World } from './world';

let world: World;
let clock: Clock;
let space: Space;
let reply: (id: number) => Promise<PhotoReply> | PhotoReply;
let die: (() => void) | null;
let draft_id: string;

beforeEach(async () => {
  world = new World();
  await world.enrol();
  clock = new Clock(world.host());
  space = 'normal';
  die = null;
  reply = jpeg;
  const drafts = new Drafts(world.db, () => world.time, () => undefined);
  draft_id = (await drafts.open('finding.report', { title: '' }, () => finding(world.time))).id;
});

async function jpeg(): Promise<PhotoReply> {
  const bytes = randomBytes(1_000);
  return { kind: 'ready', bytes: bytes.buffer, sha256: await sha256(bytes), media_type: 'image/jpeg', width: 4, height: 3, thumb: randomBytes(9).buffer, reencoded: false };
}

function photos(db: Database = world.db): Photos {
  const host = world.host(undefined, {
    photoWorker: ({ message, died }) => {
      die = died;
      return {
        postMessage: (job) => {
          const { id } = job as { id: number };
          void Promise.resolve(reply(id)).then((answer) => message({ id, reply: answer }));
        },
        terminate: () => undefined,
      };
    },
  });
  return new Photos(db, host, new Geo(null, host.now, () => undefined), clock, () => space, () => undefined, () => undefined);
}

const before: PhotoMeta = { role: 'before', item_path: 'A', capture: 'in_page' };
const shoot = (to: Photos) => to.pick(draft_id, new Blob([]), before);
const stored = async (work: ReturnType<Photos['pick']>) => {
  const answer = await work;
  if (answer.kind !== 'stored') throw new Error(JSON.stringify(answer));
  return answer.file;
};

test('each photo says how far the steady clock had run at its shutter, not at its sealing', async () => {
  const all = photos();
  const unmet = await stored(shoot(all));
  expect(unmet.clock).toEqual({ last_server_at: null, monotonic_ms: null });
  clock.heard(new Date('2026-11-22T07:59:00Z'));
  world.time += 5_000;
  const met = await stored(shoot(all));
  world.time += 90_000;
  expect(met.clock).toEqual({ last_server_at: '2026-11-22T07:59:00.000Z', monotonic_ms: 5_000 });
  await world.seal(draft_id);
  const body = await world.db.read(['bodies'], (tx) => tx.objectStore('bodies').get(draft_id));
  const { files } = JSON.parse(Buffer.from(body as ArrayBuffer).toString()) as { files: { file_id: string; monotonic_ms: number | null; last_server_at: string | null }[] };
  expect(files.find((file) => file.file_id === met.file_id)).toMatchObject({ monotonic_ms: 5_000, last_server_at: '2026-11-22T07:59:00.000Z' });
  expect(files.find((file) => file.file_id === unmet.file_id)).toMatchObject({ monotonic_ms: null });
});

test('a drawing takes the place of the drawing before it, the photo keeps its bytes, and deleting the photo takes the drawing along', async () => {
  const all = photos();
  const [photo, other] = [await stored(shoot(all)), await stored(shoot(all))];
  const layer: PhotoMeta = { role: 'annotation', item_path: 'A', of_file_id: photo.file_id, capture: 'in_page' };
  await stored(all.attach(draft_id, randomBytes(10) as Bytes, 'image/png', layer));
  const second = await stored(all.attach(draft_id, randomBytes(11) as Bytes, 'image/png', layer));
  const on_other = await stored(all.attach(draft_id, randomBytes(12) as Bytes, 'image/png', { ...layer, of_file_id: other.file_id }));
  const files = await all.of(draft_id);
  expect(files.filter((file) => file.role === 'annotation').map((file) => file.file_id).sort()).toEqual([second.file_id, on_other.file_id].sort());
  expect(await sha256(await ((await all.bytes(photo.file_id)) as Blob).arrayBuffer())).toBe(photo.sha256);
  await all.remove(photo.file_id);
  expect((await all.of(draft_id)).map((file) => file.file_id).sort()).toEqual([other.file_id, on_other.file_id].sort());
  expect(await all.bytes(second.file_id)).toBeNull();
});

test('redoing a drawing on a full visit is no further file', async () => {
  const all = photos();
  const photo = await stored(shoot(all));
  const layer: PhotoMeta = { role: 'annotation', of_file_id: photo.file_id, capture: 'in_page' };
  await stored(all.attach(draft_id, randomBytes(10) as Bytes, 'image/png', layer));
  for (let i = 0; i < 58; i++) await world.addPhoto(draft_id, 1, 'overview');
  expect(await shoot(all)).toEqual({ kind: 'too_many', limit: 60 });
  await stored(all.attach(draft_id, randomBytes(10) as Bytes, 'image/png', layer));
  expect(await all.of(draft_id)).toHaveLength(60);
});

test('a voice note is kept as it was recorded, with its length', async () => {
  const all = photos();
  const sound = randomBytes(500) as Bytes;
  const note = await stored(all.attach(draft_id, sound, 'audio/webm;codecs=opus', { role: 'voice', item_path: 'A', capture: 'in_page', seconds: 7 }));
  expect(note).toMatchObject({ role: 'voice', media_type: 'audio/webm;codecs=opus', seconds: 7, sha256: await sha256(sound) });
  expect(await all.thumb(note.file_id)).toBeNull();
});

test('a full phone refuses photos, drawings and voice, and says so before any work', async () => {
  const all = photos();
  space = 'none';
  let worked = 0;
  reply = () => {
    worked += 1;
    return jpeg();
  };
  expect(await shoot(all)).toEqual({ kind: 'no_space' });
  expect(await all.attach(draft_id, randomBytes(5) as Bytes, 'image/png', { role: 'annotation', capture: 'in_page' })).toEqual({ kind: 'no_space' });
  expect(worked).toBe(0);
});

test('a disk that fills up under the photo leaves nothing half written', async () => {
  const full: Database = { name: world.db.name, read: (stores, work) => world.db.read(stores, work), write: () => Promise.reject(new NoSpace()), close: () => undefined };
  expect(await shoot(photos(full))).toEqual({ kind: 'no_space' });
  expect(await photos().of(draft_id)).toEqual([]);
});

test('why a photo could not be kept is told apart; the next one works', async () => {
  const all = photos();
  reply = () => ({ kind: 'failed', why: 'damaged' });
  expect(await shoot(all)).toEqual({ kind: 'unreadable', why: 'damaged' });
  reply = () => new Promise(() => undefined);
  const lost = shoot(all);
  while (die === null) await new Promise((done) => setTimeout(done, 1));
  await new Promise((done) => setTimeout(done, 20));
  die();
  expect(await lost).toEqual({ kind: 'unreadable', why: 'memory' });
  reply = jpeg;
  expect((await shoot(all)).kind).toBe('stored');
  await world.seal(draft_id);
  expect(await shoot(all)).toEqual({ kind: 'unreadable', why: 'gone' });
});

test('a worker that was killed without a word holds nobody up: a picked file is tried once more, a frame is told', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const all = photos();
    const asked: number[] = [];
    const silent = (first: number): void => {
      asked.length = 0;
      reply = (id) => (asked.push(id) > first ? jpeg() : new Promise(() => undefined));
    };
    const while_asked = async (n: number): Promise<void> => {
      while (asked.length < n) await new Promise((done) => setTimeout(done, 1));
      await new Promise((done) => setTimeout(done, 5));
    };
    silent(1);
    const retried = shoot(all);
    const behind = shoot(all);
    await while_asked(1);
    // A page that slept gets one late timer, not the whole patience at once.
    vi.advanceTimersByTime(55_000);
    await new Promise((done) => setTimeout(done, 5));
    expect(asked).toHaveLength(1);
    vi.advanceTimersByTime(5_000);
    expect((await retried).kind).toBe('stored');
    expect((await behind).kind).toBe('stored');

    silent(2);
    const never = shoot(all);
    await while_asked(1);
    vi.advanceTimersByTime(60_000);
    await while_asked(2);
    vi.advanceTimersByTime(60_000);
    expect(await never).toEqual({ kind: 'unreadable', why: 'memory' });

    silent(1);
    const frame = all.take(draft_id, { close: () => undefined } as ImageBitmap, before);
    await while_asked(1);
    vi.advanceTimersByTime(60_000);
    expect(await frame).toEqual({ kind: 'unreadable', why: 'memory' });
    expect((await shoot(all)).kind).toBe('stored');
  } finally {
    vi.useRealTimers();
  }
});

test('a JPEG that was cut short is known by its bytes, one with something behind its end is whole', () => {
  const segment = (marker: number, body: readonly number[]): number[] => [0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255, ...body];
  // An embedded preview has an end of its own, inside the first segment.
  const head = [0xff, 0xd8, ...segment(0xe1, [1, 2, 0xff, 0xd9, 3]), ...segment(0xda, [0, 0])];
  const scan = [9, 8, 7, 0xff, 0x00, 6];
  const bytes = (list: readonly number[]): Uint8Array => new Uint8Array(list);
  expect(sniff(bytes(head))).toBe('image/jpeg');
  expect(whole(bytes([...head, ...scan, 0xff, 0xd9]), 'image/jpeg')).toBe(true);
  expect(whole(bytes([...head, ...scan, 0xff, 0xd9, 0, 0, 0, 1, 2, 3]), 'image/jpeg')).toBe(true);
  expect(whole(bytes([...head, ...scan]), 'image/jpeg')).toBe(false);
  expect(whole(bytes(head.slice(0, 9)), 'image/jpeg')).toBe(false);
  expect(sniff(utf8('<svg/>'))).toBeNull();
});

// ---------------------------------------------------------------- pictures of the county

class Shelf {
  asked: string[] = [];
  online = true;
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  lists = new Map<string, unknown>();

  get = <Data>(path: string): Promise<ApiResult<Data>> => {
    this.asked.push(path);
    if (!this.online) return Promise.resolve({ kind: 'offline' });
    return Promise.resolve({ kind: 'ok', data: this.lists.get(path) as Data, status: 200 });
  };
  send = <Data>(): Promise<ApiResult<Data>> => Promise.resolve({ kind: 'offline' });
  blob = (path: string): Promise<ApiResult<Blob>> => {
    this.asked.push(path);
    const bytes = this.files.get(path);
    if (!this.online) return Promise.resolve({ kind: 'offline' });
    return Promise.resolve(bytes ? { kind: 'ok', data: new Blob([bytes], { type: 'image/png' }), status: 200 } : { kind: 'ok', data: new Blob([]), status: 202 });
  };
}

const listOf = (...hashes: readonly string[]): Checklist =>
  ({ body: { items: [{ code: 'A', examples: hashes.map((hash) => ({ kind: 'good', sha256: hash, media_type: 'image/png', zh: '', en: '' })) }] } }) as unknown as Checklist;

test('examples are kept by their hash, checked against it, readable offline, and forgotten with their list', async () => {
  const shelf = new Shelf();
  const examples = new Examples(world.db, shelf, () => world.time);
  const [good, bad] = [randomBytes(50), randomBytes(60)];
  const [hash, false_hash] = [await sha256(good), 'f'.repeat(64)];
  shelf.files.set(`/checklists/examples/${hash}`, good);
  shelf.files.set(`/checklists/examples/${false_hash}`, bad);
  expect(await examples.fetch([listOf(hash, false_hash)])).toBe(0);
  shelf.online = false;
  expect(await ((await examples.blob(hash)) as Blob).arrayBuffer()).toEqual(good.buffer);
  // A proxy's page under the name of a picture is not kept.
  expect(await examples.blob(false_hash)).toBeNull();
  const more = await sha256(randomBytes(5));
  expect(await examples.fetch([listOf(hash, more)])).toBe(1);
  await examples.fetch([listOf()]);
  expect(await examples.blob(hash)).toBeNull();
});

test('the last photos of a site are asked for once an hour and lie here without a signal', async () => {
  const shelf = new Shelf();
  let storage: StorageStatus = UNKNOWN_STORAGE;
  const last = new LastPhotos({ db: world.db, api: shelf, now: () => world.time, storage: () => storage });
  shelf.lists.set('/sites/s1/last-photos', {
    items: [
      { item_code: 'A', instance_key: '', photo_id: 'p1', taken_at: '2026-08-01T00:00:00Z', visit_at: '2026-08-01T01:00:00Z' },
      { item_code: 'A', instance_key: '3', photo_id: 'p2', taken_at: '2026-08-02T00:00:00Z', visit_at: '2026-08-02T01:00:00Z' },
      { item_code: null, instance_key: '', photo_id: 'p3', taken_at: '2026-08-03T00:00:00Z', visit_at: '2026-08-03T01:00:00Z' },
    ],
  });
  shelf.files.set('/photos/p1/display', randomBytes(20));
  shelf.files.set('/photos/p2/display', randomBytes(21));
  // The copies of the third are still being made.
  expect(await last.fetch('s1')).toBe(false);
  expect(await last.of('s1', 'A', '')).toMatchObject({ photo_id: 'p1' });
  expect(await last.of('s1', 'A', '3')).toMatchObject({ photo_id: 'p2' });
  expect(await last.of('s1', null, '')).toBeNull();
  shelf.files.set('/photos/p3/display', randomBytes(22));
  shelf.asked = [];
  expect(await last.fetch('s1')).toBe(true);
  expect(shelf.asked).toEqual(['/photos/p3/display']);
  shelf.online = false;
  world.time += 2 * 3_600_000;
  expect(await last.fetch('s1')).toBe(false);
  expect((await last.picture('p3'))?.size).toBe(22);
  // Looking pictures are the first thing that a full phone does without.
  storage = { ...UNKNOWN_STORAGE, level: 'red' };
  shelf.online = true;
  shelf.asked = [];
  await last.keep(['p9']);
  expect(shelf.asked).toEqual([]);
});

test('the way back is kept with its draft, for two hours, until the camera closes', async () => {
  const shelf = new Shelf();
  const make = (): Aids => new Aids({ db: world.db, api: shelf, now: () => world.time, storage: () => UNKNOWN_STORAGE, working: new WorkingSet(world.db, () => world.time) });
  await make().remember({ route: '/visit/1?take=before', draft_id, sheet: 'x', left: true });
  // Another life of the page.
  expect(await make().resume()).toMatchObject({ route: '/visit/1?take=before', left: true });
  world.time += 2 * 3_600_000 + 1;
  expect(await make().resume()).toBeNull();
  await make().remember({ route: '/visit/1', draft_id, sheet: 'x', left: false });
  await make().forget();
  expect(await make().resume()).toBeNull();
  await make().remember({ route: '/visit/2', draft_id: 'gone', sheet: 'x', left: true });
  expect(await make().resume()).toBeNull();
});
