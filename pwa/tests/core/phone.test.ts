// The whole phone behind its facade: sign-in, working set, drafts, submit, two tabs, a lost session, another person on the same phone.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPhone, type Core, type Host, type SubmitResult, type SyncStatus } from '../../src/core';
import { sha256 } from '../../src/core/bytes';
import type { PhotoReply } from '../../src/workers/photo.protocol';
import { FakeLocks } from './fake-locks';
import { FakeServer, randomBytes } from './fake-server';
import { finding } from './world';

/** Time runs this many times faster than the test. */
const FAST = 100;

let server: FakeServer;
let locks: FakeLocks;
let channels: Set<(message: unknown) => void>;
let online: boolean;
let tabs: Core[];

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  server = new FakeServer();
  locks = new FakeLocks();
  channels = new Set();
  online = true;
  tabs = [];
});
afterEach(async () => {
  for (const tab of tabs) await tab.close();
});

const began = Date.now();
const now = (): number => began + (Date.now() - began) * FAST;

function host(over: Partial<Host> = {}): Host {
  return {
    fetch: (input, init) => (online ? server.fetch(input, init) : Promise.reject(new TypeError('offline'))),
    now,
    monotonic: () => performance.now() * FAST,
    random: () => 0.2,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const timer = setTimeout(resolve, ms / FAST);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      }),
    locks: locks as unknown as LockManager,
    channel: (_name, receive) => {
      channels.add(receive);
      return {
        post: (message) => {
          for (const other of channels) if (other !== receive) setTimeout(() => other(structuredClone(message)));
        },
        close: () => void channels.delete(receive),
      };
    },
    storage: null,
    geolocation: null,
    photoWorker: ({ message }) => ({
      postMessage: (job) => {
        void ready((job as { id: number }).id).then(message);
      },
      terminate: () => undefined,
    }),
    timeZone: () => 'Asia/Shanghai',
    appVersion: 'test',
    capture: 'phone',
    visible: () => true,
    online: () => online,
    ...over,
  };
}

async function ready(id: number): Promise<{ id: number; reply: PhotoReply }> {
  const bytes = randomBytes(50_000);
  const reply = { kind: 'ready', bytes: bytes.buffer, sha256: await sha256(bytes), media_type: 'image/jpeg', width: 4, height: 3, thumb: randomBytes(9).buffer, reencoded: false } as const;
  return { id, reply };
}

async function tab(over: Partial<Host> = {}): Promise<Core> {
  const core = await openPhone(host(over));
  tabs.push(core);
  return core;
}

async function signedIn(over: Partial<Host> = {}): Promise<Core> {
  const core = await tab(over);
  expect((await core.auth.signIn('13800000001', 'correct horse')).kind).toBe('signed_in');
  return core;
}

async function until<T>(what: () => T | Promise<T>, good: (value: T) => boolean, ms = 4_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await what();
    if (good(value)) return value;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const quiet = (status: SyncStatus): boolean => status.operations_waiting === 0 && status.files_waiting === 0;

async function report(core: Core, photos = 1): Promise<Extract<SubmitResult, { kind: 'sealed' }>> {
  const draft = await core.drafts.open('finding.report', { title: '路边' }, () => finding(now()));
  for (let i = 0; i < photos; i++) {
    const result = await core.photos.pick(draft.id, new Blob([]), { role: 'before', capture: 'system_camera' });
    expect(result.kind).toBe('stored');
  }
  const sealed = await core.submit(draft.id);
  if (sealed.kind !== 'sealed') throw new Error(sealed.kind);
  return sealed;
}

test('nobody has signed in: signed out, lists empty, nothing thrown', async () => {
  const core = await tab();
  expect(core.session).toEqual({ kind: 'signed_out' });
  expect(await core.sites.search({})).toEqual([]);
  expect(await core.work.mine()).toEqual([]);
});

test('wrong password, no network, too fast: each has its own word', async () => {
  const core = await tab();
  expect(await core.auth.signIn('13800000001', 'wrong')).toEqual({ kind: 'wrong' });
  online = false;
  expect(await core.auth.signIn('13800000001', 'correct horse')).toEqual({ kind: 'offline' });
  online = true;
  server.faults.push(() => ({ when: 'before', answer: () => new Response('', { status: 429, headers: { 'Retry-After': '8' } }) }));
  expect(await core.auth.signIn('13800000001', 'correct horse')).toEqual({ kind: 'slow_down', seconds: 8 });
});

test('a lost answer to the login does not leave a second device behind', async () => {
  const core = await tab();
  server.faults.push((seen) => (seen.path === '/api/v1/session' ? { when: 'after', answer: () => 'cut' } : null));
  expect((await core.auth.signIn('13800000001', 'correct horse')).kind).toBe('offline');
  const first = server.device?.id;
  server.faults.length = 0;
  await core.auth.signIn('13800000001', 'correct horse');
  expect(server.device?.id).toBe(first);
  expect(core.session).toMatchObject({ kind: 'signed_in', link: 'live', demo: true });
});

test('work sealed without a network arrives when it is back, and the chip tells the truth all along', async () => {
  const core = await signedIn();
  online = false;
  const { operation_id } = await report(core, 2);
  const waiting = await until(() => core.sync, (status) => status.operations_waiting === 1);
  expect(waiting.files_waiting).toBe(2);
  expect((await core.work.get(operation_id))?.state).toMatch(/sealed|sending/);
  online = true;
  core.wake('online');
  expect(await core.settled(operation_id)).toMatchObject({ kind: 'accepted', outcome: 'applied' });
  await until(() => core.sync, quiet);
  await until(() => core.work.get(operation_id), (work) => work?.state === 'confirmed');
  expect(server.files.size).toBe(2);
  expect(core.sync.last_contact_at).not.toBeNull();
});

test('the app opens offline with the last person, drafts and lists in place', async () => {
  server.feed.push({ noun: 'sites', id: 's1', version: 1, row: { id: 's1', code: 'A1', name: '东门站台', kind: 'bus_shelter', status: 'active', lon: 104.9, lat: 30.2, open_tickets: 0 } });
  const core = await signedIn();
  await until(() => core.sites.search({}), (sites) => sites.length === 1);
  const draft = await core.drafts.open('finding.report', { title: '' }, () => finding(now()));
  await core.drafts.save(draft.id, { ...finding(now()), note: '写了一半' });
  await core.close();
  online = false;
  const again = await tab();
  expect(again.session).toMatchObject({ kind: 'signed_in', link: 'offline' });
  expect(await again.sites.search({ text: 'a1' })).toHaveLength(1);
  expect((await again.drafts.get(draft.id, 'finding.report'))?.payload.note).toBe('写了一半');
});

test('the session ends in the middle of the queue: capture goes on, sending goes on with the credential, a login is asked for', async () => {
  const core = await signedIn();
  server.signedIn = false;
  await core.close();
  const again = await tab();
  await until(() => again.session, (session) => session.kind === 'signed_in' && session.link === 'expired');
  const { operation_id } = await report(again);
  expect(await again.settled(operation_id)).toMatchObject({ kind: 'accepted' });
  expect(again.sync.needs_login).toBe(true);
  await again.auth.signIn('13800000001', 'correct horse');
  await until(() => again.sync, (status) => !status.needs_login);
});

test('a credential that no longer counts waits for a login and then goes on by itself', async () => {
  const core = await signedIn();
  server.credential = 'cred-2';
  const { operation_id } = await report(core);
  await until(() => core.sync, (status) => status.needs_login);
  expect((await core.work.get(operation_id))?.state).toBe('waiting_login');
  await core.auth.signIn('13800000001', 'correct horse');
  expect(await core.settled(operation_id)).toMatchObject({ kind: 'accepted' });
  await until(() => core.sync, quiet);
});

test('the phone is handed on: the next person neither sees the work nor stops it', async () => {
  const core = await signedIn();
  online = false;
  const { operation_id } = await report(core);
  expect(await core.auth.signOut()).toEqual({ kind: 'done', kept: { operations: 1, files: 1, drafts: 0 } });
  expect(core.session.kind).toBe('signed_out');
  expect(await core.auth.people()).toEqual([]);
  expect(await core.auth.continueOffline('person-1')).toBe(false);
  const first = server.device;
  online = true;
  server.person = { id: 'person-2', login: '13800000002', name: '乙', must_change_password: false };
  await core.auth.signIn('13800000002', 'correct horse');
  expect(await core.work.mine()).toEqual([]);
  server.device = first;
  core.wake('tap');
  await until(() => server.operations.has(operation_id), Boolean);
  expect(await core.work.mine()).toEqual([]);
});

test('two tabs: one sends, both know', async () => {
  const one = await signedIn();
  const two = await tab();
  const first = await report(one);
  const second = await report(two);
  expect(await two.settled(first.operation_id)).toMatchObject({ kind: 'accepted' });
  expect(await one.settled(second.operation_id)).toMatchObject({ kind: 'accepted' });
  expect([first.seq, second.seq]).toEqual([1, 2]);
  await until(() => [one.sync, two.sync], (both) => both.every(quiet));
  expect([...server.puts.values()]).toEqual([1, 1]);
  expect((await locks.query()).held.filter(({ name }) => name === 'lalian-uploader')).toHaveLength(1);
});

test('a frozen leader is taken over by the tab on screen', async () => {
  const frozen = new Set<Core>();
  let still = false;
  const one = await signedIn({
    // Frozen: nothing it waits for ever comes back.
    sleep: (ms, signal) => (still ? new Promise(() => undefined) : host().sleep(ms, signal)),
    fetch: (input, init) => (still ? new Promise(() => undefined) : server.fetch(input, init)),
    visible: () => !still,
  });
  frozen.add(one);
  await until(() => locks.query(), ({ held }) => held.some(({ name }) => name === 'lalian-uploader'));
  still = true;
  const two = await tab();
  const { operation_id } = await report(two);
  expect(await two.settled(operation_id, 400_000)).toMatchObject({ kind: 'accepted' });
});

const site = (id: string, version: number, name: string) => ({ noun: 'sites', id, version, row: { id, code: id, name, kind: 'clinic', status: 'active', lon: null, lat: null, open_tickets: 0 } });

test('the working set follows the feed: changes, removals, a cursor that is too old', async () => {
  for (let i = 0; i < 7; i++) server.feed.push(site(`s${i}`, 1, `点位${i}`));
  const core = await signedIn();
  await until(() => core.sites.search({}), (sites) => sites.length === 7);
  server.feed.push(site('s1', 2, '改名'), { noun: 'sites', id: 's2', version: 2, removed: true }, site('s1', 1, '旧名'));
  core.wake('tap');
  const sites = await until(() => core.sites.search({}), (list) => list.length === 6);
  expect(sites.find(({ site: { id } }) => id === 's1')?.site.name).toBe('改名');
  server.feed.push({ noun: 'sites', id: 's3', version: 2, removed: true });
  server.oldestCursor = server.feed.length;
  core.wake('tap');
  await until(() => core.sites.search({}), (list) => list.length === 5);
});

test('search finds by name and code, near first, and knows what is begun and done', async () => {
  const site = (id: string, name: string, lon: number) => ({ noun: 'sites', id, version: 1, row: { id, code: `05-${id}`, name, kind: 'clinic', status: 'active', lon, lat: 30, open_tickets: 2 } });
  server.feed.push(site('s1', '远处', 105), site('s2', '近处', 104.01), { noun: 'sites', id: 's9', version: 1, row: { ...site('s9', '停用', 104).row, status: 'retired' } });
  const core = await signedIn();
  const near = { lon: 104, lat: 30 };
  const hits = await until(() => core.sites.search({ near }), (list) => list.length === 2);
  expect(hits.map((hit) => hit.site.name)).toEqual(['近处', '远处']);
  expect(hits[0]?.distance_m).toBeGreaterThan(900);
  expect(hits[0]?.distance_m).toBeLessThan(1_000);
  expect((await core.sites.search({ text: '05-S1' })).map((hit) => hit.site.id)).toEqual(['s1']);
  expect((await core.sites.byCode(' 05-s2 '))?.id).toBe('s2');
  const visit = { inspection_id: 'i', site_id: 's1', checklist_id: 'c', round_id: null, outcome: 'closed' as const, people_present: '', note: '', arrived: null, distance_reason: null, answers: [] };
  const draft = await core.drafts.open('inspection.submit', { site_id: 's1', title: '远处' }, () => visit);
  expect((await core.drafts.open('inspection.submit', { site_id: 's1', title: '远处' }, () => visit)).id).toBe(draft.id);
  expect(await core.sites.count()).toEqual({ open: 1, draft: 1, done: 0 });
  await core.submit(draft.id);
  expect(await core.sites.count()).toEqual({ open: 1, draft: 0, done: 1 });
});

test('a desk command is sealed, sent and settled', async () => {
  const core = await signedIn();
  const result = await core.run('ticket.accept', { ticket_id: 't1', title: '12 号' }, { ticket_id: 't1', seen_version: 3, person_named: '丙' });
  if (result.kind !== 'sealed') throw new Error(result.kind);
  expect(await core.settled(result.operation_id)).toMatchObject({ kind: 'accepted' });
  expect(await core.work.payload(result.operation_id, 'ticket.accept')).toEqual({ ticket_id: 't1', seen_version: 3, person_named: '丙' });
  expect(await core.work.payload(result.operation_id, 'ticket.issue')).toBeNull();
});

test('settled gives up waiting, never the work', async () => {
  const core = await signedIn();
  online = false;
  const { operation_id } = await report(core);
  expect(await core.settled(operation_id, 300)).toEqual({ kind: 'unknown' });
  expect((await core.work.get(operation_id))?.state).not.toBe('refused');
});

test('without a post nothing is sealed', async () => {
  server.posts = [];
  const core = await signedIn();
  const draft = await core.drafts.open('finding.report', { title: '' }, () => finding(now()));
  expect(await core.submit(draft.id)).toEqual({ kind: 'no_post' });
  expect(await core.drafts.list()).toHaveLength(1);
});

test('two posts: the choice is kept over a restart', async () => {
  server.posts = [...server.posts, { id: 'post-2', role: 'office', unit_kind: 'county', unit_id: 'c1', unit_name: '县' }];
  const core = await signedIn();
  expect(core.session).toMatchObject({ post: null });
  await core.auth.choosePost('post-2');
  await core.close();
  const again = await tab();
  await until(() => again.session, (session) => session.kind === 'signed_in' && session.link === 'live');
  expect(again.session).toMatchObject({ post: { id: 'post-2' } });
});

test('another post in the middle of a pull: no page is of two posts, and the new one gets all of its own', async () => {
  server.posts = ['post-1', 'post-2'].map((id) => ({ id, role: 'desk_officer', unit_kind: 'township', unit_id: 't1', unit_name: '镇' }));
  for (let i = 0; i < 7; i++) server.feed.push(site(`s${i}`, 1, `点位${i}`));
  const asked: { post: string | null; from: string }[] = [];
  let arrived: (() => void) | undefined;
  const first = new Promise<void>((resolve) => (arrived = resolve));
  let release: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const core = await signedIn({
    fetch: async (input, init) => {
      const url = new URL(input as string, 'https://county.test');
      if (/\/sync(\/snapshot)?$/.test(url.pathname)) {
        asked.push({ post: new Headers(init?.headers).get('Lalian-Post'), from: url.searchParams.get('page') ?? url.searchParams.get('cursor') ?? 'start' });
        if (asked.length === 2) {
          arrived?.();
          await held;
        }
      }
      return server.fetch(input, init);
    },
  });
  await core.auth.choosePost('post-1');
  await first;
  await core.auth.choosePost('post-2');
  release?.();
  await until(
    () => asked.filter(({ post }) => post === 'post-2').length,
    (pages) => pages >= 4,
  );
  const own = asked.filter(({ post }) => post === 'post-2').map(({ from }) => from);
  expect(own.slice(0, 4)).toEqual(['start', '1', '2', '3']);
  const last = asked.findLastIndex(({ post }) => post === 'post-1');
  expect(last, 'the page under way was the last of the former post').toBe(1);
});

test('the phone is full: no new photos, but words still fit', async () => {
  const core = await signedIn({ storage: { estimate: () => Promise.resolve({ quota: 100, usage: 99 }), persist: () => Promise.resolve(true), persisted: () => Promise.resolve(true) } });
  await until(() => core.storage, (storage) => storage.level === 'red');
  const draft = await core.drafts.open('finding.report', { title: '' }, () => finding(now()));
  expect(await core.photos.pick(draft.id, new Blob([]), { role: 'before', capture: 'album' })).toEqual({ kind: 'no_space' });
  await core.drafts.save(draft.id, { ...finding(now()), note: '还能写' });
  expect(await core.submit(draft.id)).toMatchObject({ kind: 'sealed' });
});

test('a backup holds every unconfirmed body, photo and signature', async () => {
  const core = await signedIn();
  online = false;
  const { operation_id } = await report(core, 2);
  const zip = Buffer.from(await (await core.outbox.exportBackup()).arrayBuffer());
  const text = zip.toString('latin1');
  expect(text).toContain(`operations/${operation_id}.json`);
  expect(text.match(/files\/[0-9a-f]{64}/g)?.length).toBeGreaterThanOrEqual(4);
  expect(text).toContain('"signature": "es256 ');
  expect(zip.readUInt32LE(zip.length - 22)).toBe(0x06054b50);
  expect(zip.readUInt16LE(zip.length - 12)).toBe(4);
});

test('what is handed in is sealed for the backup; a draft is not in it', async () => {
  const core = await signedIn();
  online = false;
  const draft = await core.drafts.open('finding.report', { site_id: 's1', title: '没写完' }, () => finding(now()));
  const handed = await core.drafts.open('finding.report', { title: '路边' }, () => finding(now()));
  await core.handIn(handed.id);
  const text = Buffer.from(await (await core.outbox.exportBackup()).arrayBuffer()).toString('latin1');
  expect(text).toContain(`operations/${handed.id}.json`);
  expect(text).not.toContain(draft.id);
  expect((await core.drafts.list()).map(({ id }) => id)).toEqual([draft.id]);
});

test('a photo can be taken out of a draft and not out of sealed work', async () => {
  const core = await signedIn();
  online = false;
  const draft = await core.drafts.open('finding.report', { title: '' }, () => finding(now()));
  const meta = { role: 'before', capture: 'in_page' } as const;
  const one = await core.photos.pick(draft.id, new Blob([]), meta);
  const two = await core.photos.pick(draft.id, new Blob([]), meta);
  if (one.kind !== 'stored' || two.kind !== 'stored') throw new Error('not stored');
  await core.photos.remove(one.file.file_id);
  expect(await core.photos.of(draft.id)).toHaveLength(1);
  await core.submit(draft.id);
  await core.photos.remove(two.file.file_id);
  await core.drafts.discard(draft.id);
  expect(await core.photos.of(draft.id)).toHaveLength(1);
  expect((await core.photos.bytes(two.file.file_id))?.size).toBe(50_000);
});

// ---------------------------------------------------------------- ten seconds to take it back

/** 10 s of the phone's time. */
const SECONDS_OVER = 10_000 / FAST + 400;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('what was handed in stands in no list of drafts, is sealed after the seconds, and arrives', async () => {
  const core = await signedIn();
  const draft = await core.drafts.open('finding.report', { title: '路边' }, () => finding(now()));
  expect(await core.handIn(draft.id)).toEqual({ kind: 'handed_in', operation_id: draft.id, then_id: null });
  expect(core.handedIn).toMatchObject([{ id: draft.id, state: 'open' }]);
  expect([await core.drafts.list(), await core.drafts.get(draft.id, 'finding.report')]).toEqual([[], null]);
  expect(await core.ended(draft.id)).toMatchObject({ kind: 'sealed', operation_id: draft.id });
  expect(core.handedIn).toEqual([]);
  await until(() => server.operations.size, (size) => size === 1);
});

test('taken back it is a draft again, and nothing was sent', async () => {
  const core = await signedIn();
  const draft = await core.drafts.open('finding.report', { title: '路边' }, () => finding(now()));
  await core.handIn(draft.id);
  expect(await core.takeBack(draft.id)).toBe('taken_back');
  await pause(SECONDS_OVER);
  expect([server.operations.size, (await core.drafts.list()).length, core.handedIn.length]).toEqual([0, 1, 0]);
});

test('the page goes away: what was handed in is sealed before anything else happens', async () => {
  const core = await signedIn();
  const draft = await core.drafts.open('finding.report', { title: '路边' }, () => finding(now()));
  await core.handIn(draft.id);
  await core.leave();
  expect(await core.work.get(draft.id)).toMatchObject({ id: draft.id });
});

test('signing out seals first, so that "unsent work" counts it', async () => {
  const core = await signedIn();
  online = false;
  const draft = await core.drafts.open('finding.report', { title: '路边' }, () => finding(now()));
  await core.handIn(draft.id);
  await core.auth.signOut();
  expect(await core.work.mine()).toEqual([]);
  online = true;
  await until(() => server.operations.size, (size) => size === 1);
});

test('answers that other answers hide stay behind when the visit is sealed', async () => {
  const item = (code: string, more: object = {}) => ({ code, zh: code, en: code, answer: 'pass_fail', weight: 1, ...more });
  const list = { id: 'c1', site_kind: 'bus_shelter', no: 1, status: 'active', version: 1, body: { kind: 'bus_shelter', zh: '', en: '', items: [item('A'), item('B', { visible_if: { '==': [{ var: 'A' }, false] } })] } };
  server.feed.push({ noun: 'checklists', id: 'c1', version: 1, row: list });
  const core = await signedIn();
  await until(() => core.checklists.get('c1'), (found) => found !== null);
  const answer = (code: string) => ({ item: code, instance_key: '', result: 'pass' as const, value: null, reason: null, note: '', findings: [] });
  const draft = await core.drafts.open('inspection.submit', { site_id: 's9', title: '站台' }, () => ({
    inspection_id: 'i9', site_id: 's9', checklist_id: 'c1', round_id: null, outcome: 'inspected' as const, people_present: '', note: '', arrived: null, distance_reason: null, answers: [answer('B'), answer('A')],
  }));
  await core.handIn(draft.id);
  // Taken back, the hidden answer is still there.
  await core.takeBack(draft.id);
  expect((await core.drafts.get(draft.id, 'inspection.submit'))?.payload.answers).toHaveLength(2);
  await core.handIn(draft.id);
  await core.leave();
  expect((await core.work.payload(draft.id, 'inspection.submit'))?.answers.map((one) => one.item)).toEqual(['A']);
});
