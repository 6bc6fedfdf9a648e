// The demo's stand: what its windows take from each other, and how far the walk is.
import { expect, test } from 'vitest';
import type { ChecklistItem } from '../../src/core';
import { ageOf, isStand, paneAt, standDoor, type DemoView, type StepName, type Walk } from '../../src/app/stand/door';
import { orderIn, stateIn, suggestionIn } from '../../src/app/stand/protocol';
import { current, done, height, pointed, STEPS, suggested, tasks, tooFew, type Phone } from '../../src/app/stand/walk';
import { stand as en } from '../../src/i18n/en/stand';
import { stand as zh } from '../../src/i18n/zh/stand';

const SITE = { id: '0198c1de-0000-7000-8000-000000000001', code: 'A1', name: '一号站亭', kind_name: '公交站亭' };
const OFF: Phone = { link: false, waiting: 0, looked: false };
const ON: Phone = { link: true, waiting: 0, looked: false };

function walk(upTo: StepName, states: readonly string[] = [], more: Partial<Walk> = {}): Walk {
  const last = STEPS.indexOf(upTo);
  return {
    no: 1,
    started_at: '2026-11-30T01:00:00Z',
    site: SITE,
    checklist_id: 'c',
    steps: STEPS.map((step, index) => ({ step, done: index <= last, at: index <= last ? '2026-11-30T01:00:00Z' : null })),
    tickets: states.map((state, index) => ({ id: `t${index}`, number: `26-${index}`, title: `问题${index}`, state })),
    open_before: 40,
    open_now: 41,
    ...more,
  };
}

test('a pane obeys only what the protocol knows, and opens only routes', () => {
  expect(orderIn({ lalian: 'link', on: false })).toEqual({ lalian: 'link', on: false });
  expect(orderIn({ lalian: 'go', route: '/tickets/1?tab=a' })).toEqual({ lalian: 'go', route: '/tickets/1?tab=a' });
  for (const bad of [null, 'link', {}, { lalian: 'link' }, { lalian: 'link', on: 1 }, { lalian: 'go', route: 'javascript:alert(1)' }, { lalian: 'go', route: '/a#b' }, { lalian: 'go' }, { lalian: 'at', site_id: '../x' }, { lalian: 'language', language: 'de' }, { lalian: 'state' }])
    expect(orderIn(bad), JSON.stringify(bad)).toBeNull();
});

test('the stand takes a state only when every part of it is one', () => {
  const state = { lalian: 'state', signed_in: true, ready: true, waiting: 2, online: false };
  expect(stateIn({ ...state, more: 'ignored' })).toEqual(state);
  for (const bad of [null, { ...state, waiting: -1 }, { ...state, ready: undefined }, { ...state, waiting: 1.5 }, { ...state, online: 'yes' }, { ...state, lalian: 'go' }]) expect(stateIn(bad)).toBeNull();
});

test('the walk moves on by what the county and the phone say', () => {
  expect(current(null, ON)).toBe(0);
  expect(current(walk('drawn'), ON)).toBe(1);
  // Sealed without a network: the county knows nothing yet.
  expect(current(walk('drawn'), { ...OFF, waiting: 1 })).toBe(2);
  // The visit is here and its tickets are still being made.
  expect(current(walk('visited'), ON)).toBe(2);
  expect(current(walk('arrived'), ON)).toBe(3);
  expect(current(walk('checked'), ON)).toBe(5);
  // It has fallen; somebody should see it.
  expect(current(walk('zero'), ON)).toBe(5);
  expect(current(walk('zero'), { ...ON, looked: true })).toBe(6);
});

test('a later step says so of those before it', () => {
  const gaps = walk('drawn');
  const odd = { ...gaps, steps: gaps.steps.map((one) => (one.step === 'arrived' ? { ...one, done: true } : one)) };
  expect(done(odd, ON)).toEqual([true, true, true, false, false, false]);
});

test('what is to do now names its pane and screen', () => {
  const names = (step: StepName, at: Walk, phone: Phone): readonly string[] => tasks(step, at, phone).map((task) => `${task.name} ${task.pane} ${task.route} ${task.done}`);
  expect(names('visited', walk('drawn'), ON)).toEqual(['unplug inspector null false', `inspect inspector /site/${SITE.id} false`]);
  expect(pointed(tasks('visited', walk('drawn'), OFF))?.name).toBe('inspect');
  expect(names('arrived', walk('drawn'), { ...OFF, waiting: 1 })).toEqual(['plug inspector null false', 'arrive inspector /outbox false']);
  // Where the county looks before it issues, that comes first.
  expect(pointed(tasks('repaired', walk('arrived', ['issued', 'pending']), ON))).toMatchObject({ name: 'issue', pane: 'office', route: '/tickets/t1' });
  expect(names('repaired', walk('arrived', ['submitted', 'in_progress', 'issued']), ON)).toEqual(['repair township /tickets/t0 true', 'repair township /tickets/t1 false']);
});

test('of the two repairs one goes back and the other passes, in any order', () => {
  const check = (states: readonly string[]) => tasks('checked', walk('repaired', states), ON).map((task) => `${task.name} ${task.route} ${task.done}`);
  expect(check(['submitted', 'submitted'])).toEqual(['send_back /tickets/t0 false', 'pass /tickets/t1 false']);
  expect(check(['rework', 'submitted'])).toEqual(['send_back /tickets/t0 true', 'pass /tickets/t1 false']);
  expect(check(['submitted', 'closed'])).toEqual(['send_back /tickets/t0 false', 'pass /tickets/t1 true']);
  expect(check(['closed', 'submitted'])).toEqual(['send_back /tickets/t1 false', 'pass /tickets/t0 true']);
});

test('the board’s height counts what the walk found', () => {
  expect(height(walk('arrived', ['issued', 'issued'], { open_now: 42 }))).toBe(42);
  expect(height(walk('zero', ['closed', 'rework'], { open_now: 41 }))).toBe(42);
});

test('two questions are named whose faults go the whole way', () => {
  const item = (code: string, over: Partial<ChecklistItem> = {}): ChecklistItem => ({ code, zh: code, en: code, answer: 'pass_fail', weight: 1, makes: 'ticket', static: true, group: 'gate', ...over });
  const codes = (...items: readonly ChecklistItem[]) => suggested(items).map(({ code }) => code);
  expect(codes(item('score', { makes: 'score' }), item('a'), item('inside', { group: 'hall' }), item('hidden', { camera: 'forbidden' }), item('b'))).toEqual(['a', 'b']);
  expect(codes(item('a'), item('grave', { severity: 'critical' }), item('inside', { group: 'hall' }))).toEqual(['a', 'inside']);
  expect(codes(item('count', { answer: 'count' }))).toEqual([]);
  expect(suggestionIn({ lalian: 'suggest', zh: ['甲', '乙'], en: ['a', 'b'] })).not.toBeNull();
  expect(suggestionIn({ lalian: 'suggest', zh: ['甲', 1], en: [] })).toBeNull();
});

test('a visit that made fewer than two tickets asks for another site', () => {
  expect([tooFew(walk('drawn')), tooFew(walk('visited', ['issued'])), tooFew(walk('arrived', ['issued', 'issued']))]).toEqual([false, true, false]);
});

const DEMO: DemoView = {
  county: { name: '示例县' },
  stand: 'http://127.0.0.1:8080',
  panes: [{ pane: 'township', url: 'http://127.0.0.1:8082/', person: { name: '甲', login: 'a' }, unit_name: '杏桥街道' }],
  made_at: '2026-11-30T01:00:00Z',
  lan: null,
};

test('a page knows whether it is the stand, a pane, or neither', () => {
  expect([isStand(DEMO, 'http://127.0.0.1:8080'), isStand(DEMO, 'http://localhost:8080')]).toEqual([true, false]);
  expect([paneAt(DEMO, 'http://127.0.0.1:8082')?.pane, paneAt(DEMO, 'http://127.0.0.1:8080')]).toEqual(['township', null]);
});

test('a county of an earlier day says how many days old it is', () => {
  // Ten in the morning of the county's calendar.
  const made = '2026-11-30T02:00:00Z';
  const after = (hours: number): number => ageOf(made, Date.parse(made) + hours * 3_600_000);
  expect([after(-15), after(3), after(13), after(14), after(14 * 24 + 2)]).toEqual([0, 0, 0, 1, 14]);
  for (const words of [zh, en]) {
    expect(words.age(3)).toContain('3');
    expect(words.age(3)).toContain(words.reset);
  }
});

test('a real county says that it has no stand; a hotel’s page says nothing', async () => {
  const answer = (status: number, body: string, ours = true) => standDoor(() => Promise.resolve(new Response(status === 204 ? null : body, { status, headers: ours ? { 'lalian-epoch': 'e' } : {} })));
  expect(await answer(404, '{"code":"not_found"}').demo()).toEqual({ kind: 'none' });
  expect(await answer(200, '<html>', false).demo()).toEqual({ kind: 'offline' });
  expect(await answer(200, '{"walk":', true).walk()).toEqual({ kind: 'offline' });
  expect(await answer(204, '').reset()).toEqual({ kind: 'ok', data: null });
  expect(await answer(409, '{"code":"conflict","title_zh":"有人正在用","title_en":"In use","next_zh":"请稍等","next_en":"Wait"}').reset()).toEqual({ kind: 'problem', zh: '有人正在用。请稍等', en: 'In use. Wait' });
});

test('every step and task has its words in both languages', () => {
  for (const words of [zh, en]) {
    for (const step of STEPS) expect(words.step[step].title).not.toBe('');
    expect(Object.keys(words.task)).toHaveLength(10);
    expect(words.sheet.sections.map(({ points }) => points.length)).toEqual([4, 3, 3, 3]);
  }
});
