// Opening a list asks for news at once, and never so often that a county of phones becomes a storm.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Role, Session, SyncStatus } from '../../src/core';
import { FRESH_MS, News, type Moment } from '../../src/app/shell/news';

const idle = { phase: { kind: 'idle' }, last_pull_at: null } as SyncStatus;
const who = (role: Role, link = 'live'): Session => ({ kind: 'signed_in', link, post: { role } }) as Session;
const moment = (more: Partial<Moment> = {}): Moment => ({ path: '/tickets/1', now: Date.now(), visible: true, session: who('desk_officer'), sync: idle, ...more });

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-30T02:00:00Z') }));
afterEach(() => void vi.useRealTimers());

test('at most once in ten seconds, however often somebody goes to and fro', () => {
  const news = new News();
  const asked: number[] = [];
  const begin = Date.now();
  for (let second = 0; second < 60; second += 1) {
    for (const path of ['/', '/tickets/1', '/tickets']) if (news.due(moment({ path }))) asked.push((Date.now() - begin) / 1_000);
    vi.advanceTimersByTime(1_000);
  }
  expect(asked).toEqual([0, 10, 20, 30, 40, 50]);
});

test('what came a moment ago is new enough', () => {
  const news = new News();
  const sync = { ...idle, last_pull_at: Date.now() };
  vi.advanceTimersByTime(FRESH_MS - 1);
  expect(news.due(moment({ sync }))).toBe(false);
  vi.advanceTimersByTime(1);
  expect(news.due(moment({ sync }))).toBe(true);
});

test.each<[string, Partial<Moment>]>([
  ['nobody looks', { visible: false }],
  ['no session', { session: { kind: 'signed_out' } as Session }],
  ['no network or no login', { session: who('inspector', 'offline') }],
  ['the office has its lists from the server', { session: who('office') }],
  ['sending is under way', { sync: { ...idle, phase: { kind: 'sending', done: 0, all: 1 } } }],
  ['the server asked to wait', { sync: { ...idle, phase: { kind: 'waiting', until: 0, problem: { kind: 'offline' } as never } } }],
  ['a visit has what it needs', { path: '/visit/1' }],
])('not while: %s', (_, more) => {
  const news = new News();
  expect(news.due(moment(more))).toBe(false);
  // And it costs the next one nothing.
  expect(news.due(moment())).toBe(true);
});
