// The rules that decide whether a visit may be submitted, and what its answers amount to.
import { expect, test } from 'vitest';
import { judge, review, ruleData } from '../../src/core/checklist';
import type { FileRow } from '../../src/core/model';
import type { AnswerPayload, FindingEntry, InspectionPayload } from '../../src/core/payloads';
import type { Checklist, ChecklistItem } from '../../src/core/rows';

const item = (code: string, more: Partial<ChecklistItem> = {}): ChecklistItem => ({ code, zh: code, en: code, answer: 'pass_fail', weight: 10, ...more });
const list = (...items: ChecklistItem[]): Checklist => ({ id: 'l1', site_kind: 'bus_shelter', no: 1, status: 'active', version: 1, body: { kind: 'bus_shelter', zh: '', en: '', items } });
const answer = (code: string, result: AnswerPayload['result'], more: Partial<AnswerPayload> = {}): AnswerPayload => ({
  item: code,
  instance_key: '',
  result,
  value: null,
  reason: null,
  note: '',
  findings: [],
  ...more,
});
const finding = (more: Partial<FindingEntry> = {}): FindingEntry => ({ finding_id: 'f1', instance_key: '', title: null, note: '', fixed_on_spot: false, missing_photo_reason: null, ...more });
const visit = (...answers: AnswerPayload[]): InspectionPayload => ({
  inspection_id: 'i1',
  site_id: 's1',
  checklist_id: 'l1',
  round_id: null,
  outcome: 'inspected',
  people_present: '',
  note: '',
  arrived: null,
  distance_reason: null,
  answers,
});
const photo = (item_path: string, role: FileRow['role'], instance_key = ''): FileRow => ({ item_path, role, instance_key }) as FileRow;
const codes = (...args: Parameters<typeof review>): string[] => review(...args).faults.map((fault) => `${fault.item_code}:${fault.code}`);

test('a locked gate needs no answers', () => {
  expect(review(list(item('A')), { ...visit(), outcome: 'closed' }, []).faults).toEqual([]);
});

test('what is not answered is named; text is optional; required_if decides otherwise', () => {
  const items = list(item('A'), item('T', { answer: 'text' }), item('R', { answer: 'text', required_if: { '==': [{ var: 'A' }, false] } }));
  expect(codes(items, visit(), [])).toEqual(['A:unanswered']);
  expect(codes(items, visit(answer('A', 'fail', { findings: [finding()] })), [])).toEqual(['R:unanswered']);
});

test('a hidden item neither asks nor scores', () => {
  const items = list(item('A'), item('B', { visible_if: { '==': [{ var: 'A' }, false] } }));
  const seen = review(items, visit(answer('A', 'pass'), answer('B', 'fail')), []);
  expect(seen.faults).toEqual([]);
  expect(seen.score).toBe(100);
});

test('a fail has a finding, and a photo or a reason', () => {
  const items = list(item('A', { photo_on_fail: true }));
  expect(codes(items, visit(answer('A', 'fail')), [])).toEqual(['A:finding_missing']);
  const failed = visit(answer('A', 'fail', { findings: [finding()] }));
  expect(codes(items, failed, [])).toEqual(['A:photo_missing']);
  expect(codes(items, failed, [photo('A', 'before')])).toEqual([]);
  expect(codes(items, failed, [photo('B', 'before')])).toEqual(['A:photo_missing']);
  expect(codes(items, visit(answer('A', 'fail', { findings: [finding({ missing_photo_reason: '太暗' })] })), [])).toEqual([]);
});

test('each stall has its own photo', () => {
  const items = list(item('A', { photo_on_fail: true }));
  const two = visit(answer('A', 'fail', { findings: [finding({ instance_key: '3号' }), finding({ finding_id: 'f2', instance_key: '7号' })] }));
  const faults = review(items, two, [photo('A', 'before', '3号')]).faults;
  expect(faults.map((fault) => fault.instance_key)).toEqual(['7号']);
});

test('fixed on the spot shows the repaired thing', () => {
  const items = list(item('A', { photo_on_fail: true }));
  const fixed = visit(answer('A', 'fail', { findings: [finding({ fixed_on_spot: true })] }));
  expect(codes(items, fixed, [photo('A', 'before')])).toEqual(['A:after_photo_missing']);
  expect(codes(items, fixed, [photo('A', 'before'), photo('A', 'after')])).toEqual([]);
});

test('where no photo may be taken none is asked for, and one there is named', () => {
  const items = list(item('A', { photo_on_fail: true, camera: 'forbidden' }));
  const failed = visit(answer('A', 'fail', { findings: [finding()] }));
  expect(codes(items, failed, [])).toEqual([]);
  expect(codes(items, failed, [photo('A', 'before')])).toEqual(['A:photo_forbidden']);
});

test('not applicable where allowed, and never without a reason', () => {
  const items = list(item('A'), item('B', { na_allowed: true }));
  const answers = visit(answer('A', 'not_applicable', { reason: 'x' }), answer('B', 'not_applicable'));
  expect(codes(items, answers, [])).toEqual(['A:not_applicable_forbidden', 'B:reason_missing']);
  expect(codes(items, visit(answer('A', 'not_observed', { reason: ' ' }), answer('B', 'not_observed', { reason: '下雨' })), [])).toEqual(['A:reason_missing']);
});

test('counts, scores and choices are judged by their rules', () => {
  const count = item('C', { answer: 'count', pass_rule: { op: '<=', value: 0 } });
  expect([judge(count, 0), judge(count, 1), judge(count, null), judge(count, -1), judge(count, 1.5)]).toEqual(['pass', 'fail', null, null, null]);
  const score = item('S', { answer: 'score', max_score: 10, pass_rule: { op: '>=', value: 8 } });
  expect([judge(score, 8), judge(score, 7), judge(score, 11)]).toEqual(['pass', 'fail', null]);
  const choice = item('O', { answer: 'choice', options: [{ key: 'ok', zh: '', en: '', fail: false }, { key: 'bad', zh: '', en: '', fail: true }] });
  expect([judge(choice, 'ok'), judge(choice, 'bad'), judge(choice, 'gone')]).toEqual(['pass', 'fail', null]);
  expect(codes(list(score), visit(answer('S', 'pass', { value: 11 })), [])).toEqual(['S:value_missing']);
});

test('rules see true and false for a plain item, the value for others, null for what was not seen', () => {
  const items = [item('A'), item('B', { answer: 'count' }), item('C')];
  expect(ruleData(items, [answer('A', 'fail'), answer('B', 'pass', { value: 4 }), answer('C', 'not_observed'), answer('A', 'pass')])).toEqual({ A: false, B: 4, C: null });
});

test('the score leaves out what did not apply; several stalls count once; a critical fail holds it down', () => {
  const items = list(item('A', { weight: 30 }), item('B', { weight: 70 }), item('C', { weight: 900 }));
  const answers = [answer('A', 'pass'), answer('A', 'fail', { instance_key: '2', findings: [finding()] }), answer('B', 'pass'), answer('C', 'not_observed', { reason: '关门' })];
  expect(review(items, visit(...answers), []).score).toBe(70);
  expect(review(list(item('C')), visit(answer('C', 'not_observed', { reason: '关门' })), []).score).toBeNull();
  const gate = list(item('A', { weight: 1, static: true, severity: 'critical' }), item('B', { weight: 99 }));
  expect(review(gate, visit(answer('A', 'fail', { findings: [finding()] }), answer('B', 'pass')), []).score).toBe(69);
});

test('a rule that cannot be read asks rather than hides', () => {
  expect(codes(list(item('A', { visible_if: { '+': [1] } })), visit(), [])).toEqual(['A:unanswered']);
});
