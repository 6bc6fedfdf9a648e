// The phone against a real server: no fake in between but the browser's storage and locks. Runs where a demo server is named:
// LALIAN_LIVE_URL=http://127.0.0.1:8080 LALIAN_LIVE_LOGIN=inspector1 LALIAN_LIVE_PASSWORD=… npx vitest run tests/live
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPhone, type Core, type Host, type InspectionPayload } from '../../src/core';
import { sha256, uuidv7 } from '../../src/core/bytes';
import type { PhotoReply } from '../../src/workers/photo.protocol';
import { FakeLocks } from '../core/fake-locks';
import { randomBytes } from '../core/fake-server';

const URL_ = process.env['LALIAN_LIVE_URL'];
const live = URL_ ? test : test.skip;

/** A browser's cookie jar for one cookie, and the Origin header that a browser sends by itself. */
let cookie = '';
async function fetchLikeABrowser(input: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const base = URL_ ?? '';
  if (init.method !== 'GET' && init.method !== 'HEAD') {
    headers.set('Origin', base);
    headers.set('Sec-Fetch-Site', 'same-origin');
  }
  if (init.credentials !== 'omit' && cookie !== '') headers.set('Cookie', cookie);
  const response = await fetch(base + input, { ...init, headers });
  for (const line of response.headers.getSetCookie()) cookie = line.split(';')[0] ?? '';
  return response;
}

const host = (): Host => ({
  fetch: fetchLikeABrowser,
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
  locks: new FakeLocks() as unknown as LockManager,
  channel: () => ({ post: () => undefined, close: () => undefined }),
  storage: null,
  geolocation: null,
  photoWorker: ({ message }) => ({
    postMessage: (job) => {
      const { id } = job as { id: number };
      const bytes = randomBytes(300_000);
      bytes.set([0xff, 0xd8, 0xff, 0xe0]);
      void sha256(bytes).then((hash) => {
        const reply: PhotoReply = { kind: 'ready', bytes: bytes.buffer, sha256: hash, media_type: 'image/jpeg', width: 4, height: 3, thumb: null, reencoded: false };
        message({ id, reply });
      });
    },
    terminate: () => undefined,
  }),
  timeZone: () => 'Asia/Shanghai',
  appVersion: '0.1.0',
  capture: 'phone',
  visible: () => true,
  online: () => true,
});

async function until<T>(what: () => T | Promise<T>, good: (value: T) => boolean, ms = 30_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await what();
    if (good(value)) return value;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

let core: Core;
beforeAll(async () => {
  if (!URL_) return;
  core = await openPhone(host());
  const result = await core.auth.signIn(process.env['LALIAN_LIVE_LOGIN'] ?? '', process.env['LALIAN_LIVE_PASSWORD'] ?? '');
  expect(result.kind).toBe('signed_in');
});
afterAll(async () => {
  await core?.close();
});

live('the working set arrives: sites, kinds, lists, divisions', async () => {
  const sites = await until(() => core.sites.search({}), (list) => list.length > 0);
  const site = sites[0]?.site;
  expect(site?.name).toBeTruthy();
  const kinds = await core.checklists.kinds();
  expect(kinds.length).toBeGreaterThan(3);
  const list = await core.checklists.forKind(site?.kind ?? '');
  expect(list?.body.items.length).toBeGreaterThan(3);
  expect((await core.divisions.all()).length).toBeGreaterThan(3);
});

live('a visit with a fault and two photos: accepted, uploaded, receipt checked, reconciled', async () => {
  const [hit] = await core.sites.search({ state: 'open', kind: 'bus_shelter', limit: 1 });
  if (!hit) throw new Error('no bus shelter');
  const list = await core.checklists.forKind('bus_shelter');
  if (!list) throw new Error('no list');
  const first = list.body.items.find((item) => item.answer === 'pass_fail' && item.photo_on_fail);
  const answers: InspectionPayload['answers'] = list.body.items
    .filter((item) => item.answer !== 'text')
    .map((item) => {
      const failed = item === first;
      const value =
        item.answer === 'choice' ? (item.options?.find((option) => !option.fail)?.key ?? null) : item.answer === 'count' || item.answer === 'score' ? goodNumber(item.pass_rule) : null;
      return {
        item: item.code,
        instance_key: '',
        result: failed ? 'fail' : 'pass',
        value,
        reason: null,
        note: '',
        findings: failed ? [{ finding_id: uuidv7(Date.now()), instance_key: '', title: null, note: '', fixed_on_spot: false, missing_photo_reason: null }] : [],
      };
    });
  const draft = await core.drafts.open('inspection.submit', { site_id: hit.site.id, title: hit.site.name }, () => ({
    inspection_id: crypto.randomUUID(),
    site_id: hit.site.id,
    checklist_id: list.id,
    round_id: null,
    outcome: 'inspected',
    people_present: '',
    note: '',
    arrived: null,
    distance_reason: null,
    answers,
  }));
  expect((await core.submit(draft.id)).kind).toBe('incomplete');
  expect((await core.photos.pick(draft.id, new Blob([]), { role: 'before', item_path: first?.code ?? null, capture: 'system_camera' })).kind).toBe('stored');
  expect((await core.photos.pick(draft.id, new Blob([]), { role: 'overview', capture: 'system_camera' })).kind).toBe('stored');
  expect(await core.submit(draft.id)).toMatchObject({ kind: 'sealed' });
  const verdict = await core.settled(draft.id);
  expect(verdict).toMatchObject({ kind: 'accepted', outcome: 'applied' });
  const work = await until(() => core.work.get(draft.id), (row) => row?.state === 'confirmed');
  expect(work).toMatchObject({ receipt: true, problem: null, photos: { all: 2, stored: 2, bytes_left: 0 } });
  expect(core.sync.attention).toBe(0);
  await until(() => core.inspections.list(hit.site.id), (rows) => rows.length > 0);
  await until(() => core.tickets.search({ site_id: hit.site.id }), (rows) => rows.length > 0);
});

function goodNumber(rule: { op: string; value: number } | undefined): number {
  if (!rule) return 0;
  return rule.op === '>' ? rule.value + 1 : rule.op === '<' ? Math.max(0, rule.value - 1) : rule.value;
}
