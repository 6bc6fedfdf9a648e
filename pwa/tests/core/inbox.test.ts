// The inbox on the phone: readable without a signal, marks that wait are told once, another post sees nothing of it, leaving takes it away.
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiClient, ApiResult } from '../../src/api/client';
import type { Notice, NoticeCounts, NoticeKind } from '../../src/api/notices';
import { Inbox } from '../../src/core/inbox';
import { World } from './world';

const notice = (id: string, kind: NoticeKind, over: Partial<Notice> = {}): Notice => ({
  id,
  kind,
  group: 'mine',
  urgent: false,
  at: '2026-11-25T00:30:00Z',
  seen: false,
  unit: { kind: 'township', id: 't', name: '青石镇' },
  duty: 'desk_officer',
  ticket: null,
  data: null,
  ...over,
});

/** A county that keeps marks; what it was told is written down. */
class County implements Pick<ApiClient, 'get' | 'send'> {
  rows: Notice[] = [notice('a', 'overdue', { urgent: true }), notice('b', 'overdue'), notice('c', 'passed', { group: 'done' })];
  reach: 'ok' | 'offline' | 'expired' = 'ok';
  told: unknown[] = [];
  /** Something happens while an answer is on its way. */
  meanwhile: (() => Promise<unknown>) | null = null;

  counts(): NoticeCounts {
    const unseen = this.rows.filter((one) => !one.seen);
    const groups = (['mine', 'done'] as const).map((group) => ({ group, unseen: unseen.filter((one) => one.group === group).length }));
    return { as_of: '', unseen: unseen.length, urgent: unseen.filter((one) => one.urgent).length, groups, other_posts: [] };
  }
  get = async <Data>(path: string): Promise<ApiResult<Data>> => {
    if (this.reach !== 'ok') return { kind: this.reach };
    const lines = ([['overdue', true], ['overdue', false], ['passed', false]] as const).map(([kind, urgent]) => ({ kind, group: 'mine', urgent, tickets: 1, unseen: this.rows.filter((one) => one.kind === kind && one.urgent === urgent && !one.seen).length, latest_at: '' }));
    const body: Record<string, unknown> = {
      '/notices': { items: this.rows.map((one) => ({ ...one })), next: null },
      '/notices/digest': { as_of: '', unit: notice('x', 'passed').unit, lines, now: {} },
      '/notices/counts': this.counts(),
    };
    const data = structuredClone(body[path]) as Data;
    const event = this.meanwhile;
    this.meanwhile = null;
    await event?.();
    return { kind: 'ok', status: 200, data };
  };
  send = async <Data>(_method: string, path: string, body: unknown): Promise<ApiResult<Data>> => {
    if (this.reach !== 'ok') return { kind: this.reach };
    this.told.push(body);
    const { ids, all, kind } = body as { ids: string[]; all: boolean; kind: string | null };
    if (path === '/notices/seen') this.rows = this.rows.map((one) => (ids.includes(one.id) || (all && (kind === null || one.kind === kind)) ? { ...one, seen: true } : one));
    return { kind: 'ok', status: 200, data: this.counts() as Data };
  };
}

let world: World;
let county: County;
let inbox: Inbox;
beforeEach(() => {
  world = new World();
  county = new County();
  inbox = new Inbox({ db: world.db, api: county, now: () => world.time });
});
const seenOf = async (): Promise<readonly string[]> => ((await inbox.kept('post'))?.items ?? []).filter((one) => one.seen).map((one) => one.id);

describe('the inbox on the phone', () => {
  it('can be read without a signal, as of when it was fetched', async () => {
    expect(await inbox.kept('post')).toBeNull();
    await inbox.refresh('post');
    county.reach = 'offline';
    world.time += 3_600_000;
    expect((await inbox.refresh('post')).kind).toBe('offline');
    const kept = await inbox.kept('post');
    expect(kept?.items.map((one) => one.id)).toEqual(['a', 'b', 'c']);
    expect(kept?.at).toBe(world.time - 3_600_000);
  });

  it('belongs to one post', async () => {
    await inbox.refresh('post');
    expect(await inbox.kept('another')).toBeNull();
    expect(await inbox.see('another', ['a'])).toBeNull();
    expect(await seenOf()).toEqual([]);
  });

  it('a mark counts at once, here and at the county', async () => {
    await inbox.refresh('post');
    const kept = await inbox.see('post', ['a']);
    expect([kept?.counts.unseen, kept?.counts.urgent, kept?.counts.groups[0]?.unseen]).toEqual([2, 0, 1]);
    expect(kept?.digest.lines.map((line) => line.unseen)).toEqual([0, 1, 1]);
    expect(kept?.untold).toEqual([]);
    expect(county.told).toEqual([{ ids: ['a'], all: false, kind: null }]);
  });

  it('marks made without a signal are told with the next contact, once', async () => {
    await inbox.refresh('post');
    county.reach = 'offline';
    const kept = await inbox.see('post', ['a']);
    await inbox.see('post', ['b']);
    expect([kept?.counts.unseen, await seenOf()]).toEqual([2, ['a', 'b']]);
    county.reach = 'ok';
    await inbox.refresh('post');
    await inbox.refresh('post');
    expect(county.told).toEqual([{ ids: ['a', 'b'], all: false, kind: null }]);
    expect(await seenOf()).toEqual(['a', 'b']);
  });

  it('an ended sign-in loses no mark', async () => {
    await inbox.refresh('post');
    county.reach = 'expired';
    await inbox.see('post', ['a']);
    expect((await inbox.refresh('post')).kind).toBe('expired');
    expect((await inbox.kept('post'))?.untold).toEqual(['a']);
  });

  it('what is marked while the county answers stays marked', async () => {
    await inbox.refresh('post');
    county.meanwhile = async () => {
      county.reach = 'offline';
      await inbox.see('post', ['b']);
      county.reach = 'ok';
    };
    await inbox.refresh('post');
    expect(await seenOf()).toEqual(['b']);
    expect((await inbox.kept('post'))?.counts.unseen).toBe(2);
  });

  it('all of one kind, or everything; without a signal nothing is said to be done', async () => {
    await inbox.refresh('post');
    await inbox.seeAll('post', 'overdue');
    expect(await seenOf()).toEqual(['a', 'b']);
    county.reach = 'offline';
    expect((await inbox.seeAll('post', null)).kind).toBe('offline');
    expect(await seenOf()).toEqual(['a', 'b']);
    county.reach = 'ok';
    await inbox.seeAll('post', null);
    expect([await seenOf(), (await inbox.kept('post'))?.counts.unseen, (await inbox.kept('post'))?.digest.lines.map((line) => line.unseen)]).toEqual([['a', 'b', 'c'], 0, [0, 0, 0]]);
  });

  it('a mark on a row that is seen already changes no count', async () => {
    await inbox.refresh('post');
    county.reach = 'offline';
    await inbox.see('post', ['a']);
    expect((await inbox.see('post', ['a', 'nobody']))?.counts.unseen).toBe(2);
  });
});
