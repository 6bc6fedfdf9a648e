// The list of building projects: what is late stands first, and nothing stands twice.
import { expect, test } from 'vitest';
import type { Milestone, Project } from '../../src/api/campaigns';
import { groupsOf, lateOf, nextOf } from '../../src/app/campaigns/projects';

const milestone = (id: string, day: string, over: Partial<Milestone> = {}): Milestone => ({ id, name: id, day, done_on: null, done_by_name: null, late: false, note: '', photos: [], ...over });
const project = (id: string, milestones: readonly Milestone[], state: Project['state'] = 'open'): Project => ({
  id, name: id, note: '', unit_kind: 'township', unit_id: 'u', unit_name: null, state, created_at: '2026-10-01T00:00:00Z', created_by_name: null, version: 1, milestones, tickets: [], late: 0,
});
const late = (id: string, day: string): Milestone => milestone(id, day, { late: true });

test('late ones first by how long, then what comes next, then what has ended', () => {
  const rows = [
    project('done', [late('x', '2026-01-01')], 'done'),
    project('later', [milestone('a', '2027-02-01')]),
    project('late', [milestone('z', '2026-12-20'), late('b', '2026-11-20'), late('c', '2026-11-05')]),
    project('soon', [milestone('d', '2026-12-05'), milestone('e', '2026-11-01', { done_on: '2026-11-01' })]),
    project('later-late', [late('f', '2026-11-10')]),
    project('bare', []),
  ];
  // What is late came in an answer of its own, too.
  const found = groupsOf([...rows.slice(2, 3), ...rows]);
  const ids = (some: readonly Project[]): readonly string[] => some.map((one) => one.id);
  expect([ids(found.late), ids(found.open), ids(found.ended)]).toEqual([['late', 'later-late'], ['soon', 'later', 'bare'], ['done']]);
  const [first] = found.late;
  expect([first && lateOf(first).map((one) => one.id), first && nextOf(first)?.id]).toEqual([['c', 'b'], 'z']);
});

test('nothing of a project that has ended is late or next', () => {
  const ended = project('dropped', [late('a', '2026-01-01'), milestone('b', '2027-01-01')], 'dropped');
  expect([lateOf(ended), nextOf(ended)]).toEqual([[], null]);
});
