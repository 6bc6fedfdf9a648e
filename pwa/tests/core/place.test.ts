// Where a photo and a visit were: the ladder of positions, the distance that asks for a word, the compass, the plate's code.
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { ANCHOR_MS, Anchors, bestPosition, subjectKey } from '../../src/core/anchors';
import { arrivalOf, betterArrival, farBy } from '../../src/core/arrival';
import { Geo } from '../../src/core/geo';
import { cameraHeading } from '../../src/core/heading';
import type { GeolocationFix } from '../../src/core/host';
import type { Position } from '../../src/core/model';
import { plateCode } from '../../src/core/plate';
import { World } from './world';

const at = (source: Position['source'], accuracy_m: number | null, lon = 105): Position => ({ lon, lat: 30, accuracy_m, fixed_at: '2026-11-22T08:00:00Z', source, datum: 'wgs84' });

let world: World;
let anchors: Anchors;
beforeEach(() => {
  world = new World();
  anchors = new Anchors(world.db, () => world.time);
});

test('a good fix of the moment comes first, then what is known of the last half hour, then a poor fix', () => {
  const [good, poor, plate] = [at('browser', 8), at('browser', 900), at('site_qr', null)];
  expect(bestPosition(good, plate)).toBe(good);
  expect(bestPosition(poor, plate)).toBe(plate);
  expect(bestPosition(null, plate)).toBe(plate);
  expect(bestPosition(poor, null)).toBe(poor);
  expect(bestPosition(at('browser', null), plate)).toBe(plate);
  expect(bestPosition(null, null)).toBeNull();
});

test('an anchor serves its own subject for half an hour, whatever the clock does meanwhile', async () => {
  await anchors.put('site-1', at('site_qr', null));
  expect((await anchors.of('site-1'))?.position.source).toBe('site_qr');
  expect(await anchors.of('site-2')).toBeNull();
  world.time += ANCHOR_MS - 1;
  expect(await anchors.of('site-1')).not.toBeNull();
  world.time += 1;
  expect(await anchors.of('site-1')).toBeNull();
  // Set back by a day: an old anchor must not become a new one.
  world.time -= 24 * 3_600_000;
  expect(await anchors.of('site-1')).toBeNull();
});

test('what a person said is not replaced by what the phone believes; the newest word counts', async () => {
  await anchors.put('site-1', at('browser', 8));
  await anchors.put('site-1', at('map_pin', 40));
  await anchors.put('site-1', at('browser', 5));
  expect((await anchors.of('site-1'))?.position.source).toBe('map_pin');
  await anchors.put('site-1', at('site_qr', null));
  expect((await anchors.of('site-1'))?.position.source).toBe('site_qr');
  world.time += ANCHOR_MS;
  await anchors.put('site-1', at('browser', 5));
  expect((await anchors.of('site-1'))?.position.source).toBe('browser');
});

test('an anchor belongs to the site, else the ticket, else the draft itself', () => {
  expect(subjectKey({ title: '', site_id: 's', ticket_id: 't' }, 'd')).toBe('s');
  expect(subjectKey({ title: '', ticket_id: 't' }, 'd')).toBe('t');
  expect(subjectKey({ title: '' }, 'd')).toBe('d');
});

test('far is further than 150 m beyond what the fix may be off, and only where both places are known', () => {
  const site = { lon: 105, lat: 30 };
  const east = (metres: number): number => 105 + metres / (111_195 * Math.cos((30 * Math.PI) / 180));
  expect(farBy(arrivalOf(at('browser', 0, east(149)), site, null))).toBeNull();
  expect(farBy(arrivalOf(at('browser', 0, east(152)), site, null))).toBe(152);
  expect(farBy(arrivalOf(at('browser', 100, east(240)), site, null))).toBeNull();
  expect(farBy(arrivalOf(at('browser', 100, east(260)), site, null))).toBe(260);
  expect(arrivalOf(at('browser', 5), { lon: null, lat: null }, null)).toMatchObject({ distance_m: null, by: 'browser' });
  expect(arrivalOf(null, site, '在路边')).toEqual({ position: null, distance_m: null, far_reason: '在路边', by: 'none' });
});

test('an arrival without meaning gives way to a good fix, a person’s word never', () => {
  expect(betterArrival(null, at('browser', 900))).toBe(true);
  expect(betterArrival(at('browser', 900), at('browser', 9))).toBe(true);
  expect(betterArrival(at('browser', 20), at('browser', 9))).toBe(false);
  expect(betterArrival(at('site_qr', null), at('browser', 9))).toBe(false);
  expect(betterArrival(at('map_pin', 40), at('browser', 9))).toBe(false);
});

test('the camera of an upright phone looks where its back looks; a flat phone says where its top points', () => {
  const near = (a: number, b: number): boolean => Math.min(Math.abs(a - b), 360 - Math.abs(a - b)) < 0.5;
  expect(near(cameraHeading(0, 90, 0), 0)).toBe(true);
  expect(near(cameraHeading(270, 90, 0), 90)).toBe(true);
  expect(near(cameraHeading(180, 90, 0), 180)).toBe(true);
  // Lying on a table, its top to the east.
  expect(near(cameraHeading(270, 0, 0), 90)).toBe(true);
  // Turned on its side, looking north.
  expect(near(cameraHeading(90, 0, -90), 0)).toBe(true);
});

test('a plate is known by its link, whatever the address before it; nothing else is ours', () => {
  expect(plateCode('https://lalian.example/#/s/06-01001204-0044')).toBe('06-01001204-0044');
  expect(plateCode(' http://old.example:8080/#/s/A-7 ')).toBe('A-7');
  expect(plateCode('https://x.example/#/s/%E5%B8%82%E5%9C%BA1')).toBe('市场1');
  for (const other of ['https://pay.example/12345', 'A-7', 'https://x.example/#/s/', 'https://x.example/#/s/a/b', 'https://x.example/#/s/%E5%B8', 'javascript:alert(1)', 'https://x.example/#/site/1', `https://x.example/#/s/${'x'.repeat(200)}`]) {
    expect(plateCode(other), other).toBeNull();
  }
});

test('a browser that never answers is said to have no position, and is believed again when it does', async () => {
  const { vi } = await import('vitest');
  vi.useFakeTimers();
  let answer: (fix: GeolocationFix) => void = () => undefined;
  let watches = 0;
  const source = {
    watchPosition: (success: (fix: GeolocationFix) => void) => {
      watches += 1;
      answer = success;
      return watches;
    },
    clearWatch: () => undefined,
  };
  const geo = new Geo(source, () => Date.now(), () => undefined);
  const [one, two] = [geo.use(), geo.use()];
  expect(watches).toBe(1);
  expect(geo.state.kind).toBe('searching');
  vi.advanceTimersByTime(30_000);
  expect(geo.state.kind).toBe('unavailable');
  expect(geo.fresh()).toBeNull();
  answer({ timestamp: Date.now(), coords: { longitude: 105, latitude: 30, accuracy: 12, heading: null } });
  expect(geo.fresh()?.position).toMatchObject({ lon: 105, accuracy_m: 12, source: 'browser' });
  vi.advanceTimersByTime(61_000);
  expect(geo.fresh()).toBeNull();
  one();
  two();
  vi.useRealTimers();
});
