// A phone on the demo's stand: its network behind a switch, its place beside the site, and everything forgotten after a reset of a demo only.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test, vi } from 'vitest';
import { openPhone, type GeoState, type Host } from '../../src/core';
import { databaseName, LocalDatabase } from '../../src/core/db';
import type { GeolocationFix } from '../../src/core/host';
import { send } from '../../src/core/http';
import { Install } from '../../src/core/install';
import { Lane } from '../../src/core/lane';
import { Link } from '../../src/core/link';
import { DEFAULT_LIMITS, writeMeta } from '../../src/core/meta';
import { ExamplePlace, forgetDemo, LinkSwitch } from '../../src/core/stand';
import { ChunkSize } from '../../src/core/uploads';
import { World } from './world';

let world: World;
beforeEach(() => {
  world = new World();
});

const request = { method: 'GET', url: '/api/v1/health', timeout_ms: 1_000 } as const;

test('off is a valley: nothing gets out, the browser believes in no network; on is the world as it was', async () => {
  const link = new LinkSwitch();
  const asked: string[] = [];
  const behind = link.behind({ ...world.host(), fetch: (input) => (asked.push(input), Promise.resolve(new Response('{}', { headers: { 'lalian-epoch': 'e', 'content-type': 'application/json' } }))) });
  expect([behind.online(), (await send(behind, request)).kind]).toEqual([true, 'ours']);
  link.set(false);
  expect([behind.online(), (await send(behind, request)).kind]).toEqual([false, 'offline']);
  link.set(true);
  expect((await send(behind, request)).kind).toBe('ours');
  expect(asked).toHaveLength(2);
});

test('what is on its way when the switch is thrown is cut, not finished', async () => {
  const link = new LinkSwitch();
  const host: Host = {
    ...world.host(),
    fetch: (_, init) => new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new DOMException('cut', 'AbortError')))),
  };
  const reply = send(link.behind(host), { ...request, timeout_ms: 60_000 });
  link.set(false);
  expect((await reply).kind).toBe('offline');
});

test('a visit sealed behind the switch waits, and arrives once when it is on again', async () => {
  await world.enrol();
  await world.visit();
  const link = new LinkSwitch();
  const put: string[] = [];
  const host = link.behind({
    ...world.host(),
    fetch: (input, init) => {
      if (init?.method === 'PUT') put.push(input);
      return world.server.fetch(input, init);
    },
  });
  const lane = new Lane(world.db, host, new Link(host, { heard: () => undefined, overridden: () => undefined }), new ChunkSize(), {
    changed: () => undefined,
    applied: () => undefined,
    sending: () => undefined,
    needsLogin: () => undefined,
  });
  const walk = async (): Promise<void> => {
    for (let step = 0; step < 20; step += 1) {
      await lane.step(() => false);
      world.time += 60_000;
    }
  };
  link.set(false);
  await walk();
  expect([put.length, world.server.operations.size]).toEqual([0, 0]);
  link.set(true);
  await walk();
  expect([put.length, world.server.operations.size]).toEqual([1, 1]);
});

test('the phone stands where the stand says, again and again', async () => {
  vi.useFakeTimers();
  const place = new ExamplePlace(() => 1_000);
  const fixes: GeolocationFix[] = [];
  const watch = place.watchPosition((fix) => void fixes.push(fix));
  vi.advanceTimersByTime(1);
  expect(fixes).toEqual([]);
  place.standAt({ lon: 104.9, lat: 30.2 });
  expect(fixes.map(({ coords }) => [coords.longitude, coords.latitude, coords.accuracy])).toEqual([[104.9, 30.2, 8]]);
  vi.advanceTimersByTime(31_000);
  expect(fixes).toHaveLength(3);
  place.clearWatch(watch);
  vi.advanceTimersByTime(60_000);
  expect(fixes).toHaveLength(3);
  vi.useRealTimers();
});

test('the app takes the example place as its position', async () => {
  const place = new ExamplePlace(() => world.time);
  const phone = await openPhone({
    ...world.host(),
    geolocation: place,
    online: () => false,
    // Nothing is waited for here, and so nothing is done again.
    sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
  });
  const states: GeoState['kind'][] = [];
  phone.on('place', ({ kind }) => states.push(kind));
  const done = phone.place.use();
  place.standAt({ lon: 104.9, lat: 30.2 });
  expect(states).toEqual(['searching', 'fixed']);
  done();
  await phone.close();
});

async function known(person_id: string, demo: boolean): Promise<void> {
  const install = new Install();
  await install.remember({ person_id, login: person_id, name: person_id, last_at: 1, signed_in: true });
  install.close();
  const db = new LocalDatabase(databaseName(person_id));
  await writeMeta(db, 'profile', { person: { id: person_id, login: person_id, name: '甲' }, posts: [], post_id: null, must_change_password: false, demo, limits: DEFAULT_LIMITS });
  db.close();
}

const names = async (): Promise<readonly string[]> => (await indexedDB.databases()).map(({ name }) => name ?? '').sort();

test('after a reset everything of the demo is gone', async () => {
  globalThis.indexedDB = new IDBFactory();
  await known('a', true);
  await known('b', true);
  expect(await forgetDemo(indexedDB)).toBe(true);
  expect(await names()).toEqual([]);
});

test('one person of a real county, and nothing is touched', async () => {
  globalThis.indexedDB = new IDBFactory();
  await known('a', true);
  await known('b', false);
  expect(await forgetDemo(indexedDB)).toBe(false);
  expect(await names()).toEqual(['lalian', 'lalian-a', 'lalian-b']);
});
