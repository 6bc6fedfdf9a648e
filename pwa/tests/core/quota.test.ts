// Room on the phone, on each edge: what the lamp shows, and what it means for the next photo.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { Emitter } from '../../src/core/events';
import type { Host, StorageSource } from '../../src/core/host';
import type { CoreEvents } from '../../src/core';
import type { Session, StorageStatus } from '../../src/core/model';
import { Present } from '../../src/core/phone/scope';
import { Status } from '../../src/core/phone/status';
import { Clock } from '../../src/core/clock';
import { Drafts } from '../../src/core/drafts';
import { Geo } from '../../src/core/geo';
import { Photos, type Space } from '../../src/core/photos';
import { FREE_FLOOR_BYTES, storageStatus } from '../../src/core/quota';
import type { PhotoJob } from '../../src/workers/photo.protocol';
import { finding, World } from './world';

const GB = 1_000_000_000;
const FLOOR = FREE_FLOOR_BYTES;

const hostOf = (storage: Partial<StorageSource> | null): Host => ({ storage }) as Host;
const yes = (): Promise<boolean> => Promise.resolve(true);
const room = (quota?: number, usage?: number): Host =>
  hostOf({ estimate: () => Promise.resolve({ ...(quota === undefined ? {} : { quota }), ...(usage === undefined ? {} : { usage }) }), persisted: yes, persist: yes });

const EDGES: readonly (readonly [what: string, quota: number | undefined, usage: number | undefined, level: StorageStatus['level'], space: Space])[] = [
  ['an empty phone', 10 * GB, 0, 'green', 'normal'],
  ['exactly 60 %', 10 * GB, 6 * GB, 'green', 'normal'],
  ['just over 60 %', 10 * GB, 6 * GB + 1, 'amber', 'low'],
  ['exactly 85 %', 10 * GB, 8.5 * GB, 'amber', 'low'],
  ['just over 85 %', 10 * GB, 8.5 * GB + 1, 'red', 'none'],
  ['full', 10 * GB, 10 * GB, 'red', 'none'],
  ['more used than there is', 10 * GB, 11 * GB, 'red', 'none'],
  // The floor counts whatever the share is: a small quota is nearly empty and has no room for a day.
  ['just at the floor', FLOOR + 1_000, 1_000, 'green', 'normal'],
  ['one byte under the floor', FLOOR + 1_000, 1_001, 'red', 'none'],
  ['a quota smaller than the floor', FLOOR - 1, 0, 'red', 'none'],
  // What is not known refuses nothing: then the write itself tells.
  ['no quota told', undefined, 5, 'unknown', 'normal'],
  ['no use told', 10 * GB, undefined, 'unknown', 'normal'],
  ['a quota of nothing', 0, 0, 'unknown', 'normal'],
];

test.each(EDGES)('%s', async (_what, quota, usage, level, space) => {
  const host = room(quota, usage);
  const told = await storageStatus(host);
  expect(told).toMatchObject({ level, persisted: true });
  if (level !== 'unknown') expect(told).toMatchObject({ free_bytes: Math.max(0, (quota ?? 0) - (usage ?? 0)), used_bytes: usage });
  const status = new Status(host, new Emitter<CoreEvents>(), new Present(), () => ({ kind: 'signed_out' }) as Session);
  await status.refreshStorage();
  expect(status.space()).toBe(space);
  // A write that failed knows better than any estimate, until the next look.
  status.full();
  expect([status.space(), status.storage.level, status.storage.free_bytes]).toEqual(['none', 'red', 0]);
  await status.refreshStorage();
  expect(status.space()).toBe(space);
});

const ODD: Readonly<Record<string, Partial<StorageSource> | null>> = {
  'no storage manager': null,
  'one that cannot estimate': { persisted: yes, persist: yes },
  'one that fails': { estimate: () => Promise.reject(new Error('no')), persisted: yes, persist: yes },
};
test.each(Object.entries(ODD))('%s: unknown, and nothing is refused', async (_what, storage) => {
  expect((await storageStatus(hostOf(storage))).level).toBe('unknown');
});

test.each([
  ['normal', false],
  ['low', true],
] as const)('with %s room the worker is asked for smaller pictures: %s', async (space, low) => {
  const world = new World();
  await world.enrol();
  const drafts = new Drafts(world.db, () => world.time, () => undefined);
  const { id } = await drafts.open('finding.report', { title: '' }, () => finding(world.time));
  const jobs: PhotoJob[] = [];
  const host = world.host(undefined, {
    photoWorker: ({ message }) => ({
      postMessage: (sent) => {
        const { id: no, job } = sent as { id: number; job: PhotoJob };
        jobs.push(job);
        queueMicrotask(() => message({ id: no, reply: { kind: 'failed', why: 'damaged' } }));
      },
      terminate: () => undefined,
    }),
  });
  const photos = new Photos(world.db, host, new Geo(null, host.now, () => undefined), new Clock(host), () => space, () => undefined, () => undefined);
  await photos.take(id, {} as ImageBitmap, { role: 'before', capture: 'in_page' });
  await photos.pick(id, new Blob([]), { role: 'before', capture: 'album' });
  expect(jobs).toMatchObject([
    { kind: 'frame', low },
    { kind: 'file', low, keep_below: 12_000_000 },
  ]);
});
