// What taps do to the answers: stalls are begun, taken out and said to be absent without touching what else was answered.
import { expect, test } from 'vitest';
import { answerAt, give, newFinding, phrases, plainPass, sayAbsent, spotKey, takeBack, withoutInstance, type Answers } from '../../src/core/answers';
import { instanceName, instancesOf, mostInstances, nextNumber, stretches, type RepeatGroup } from '../../src/core/groups';
import type { Checklist, ChecklistItem } from '../../src/core/rows';

const item = (code: string, more: Partial<ChecklistItem> = {}): ChecklistItem => ({ code, zh: code, en: code, answer: 'pass_fail', weight: 1, ...more });
const [a, b] = [item('A', { group: 'stalls' }), item('B', { group: 'stalls' })];
const codes = new Set(['A', 'B']);
const gate = item('G');
const pass = { result: 'pass' } as const;
const at = (answers: Answers): string[] => answers.map((answer) => `${answer.item}@${answer.instance_key}:${answer.result}`);

test('an answer is given, changed and taken back at its own stall only', () => {
  let answers = give([], { item: a, instance: '1' }, pass);
  answers = give(answers, { item: a, instance: '2' }, pass);
  answers = give(answers, { item: a, instance: '1' }, { result: 'fail', note: 'x' });
  expect(at(answers)).toEqual(['A@1:fail', 'A@2:pass']);
  expect(answerAt(answers, { item: a, instance: '1' })?.note).toBe('x');
  expect(at(takeBack(answers, { item: a, instance: '1' }))).toEqual(['A@2:pass']);
});

test('a stall is taken out with all its answers and nothing else', () => {
  let answers = give([], { item: gate, instance: '' }, pass);
  for (const instance of ['1', '2']) for (const one of [a, b]) answers = give(answers, { item: one, instance }, pass);
  expect(at(withoutInstance(answers, codes, '1'))).toEqual(['G@:pass', 'A@2:pass', 'B@2:pass']);
});

test('"none here" is said once for each question and takes the stalls away; a begun stall takes it back', () => {
  let answers = give(give([], { item: gate, instance: '' }, pass), { item: a, instance: '1' }, pass);
  answers = sayAbsent(answers, [a, b], 'not_applicable', '这里没有');
  expect(at(answers)).toEqual(['G@:pass', 'A@:not_applicable', 'B@:not_applicable']);
  expect(answers.slice(1).every((answer) => answer.reason === '这里没有')).toBe(true);
  expect(at(withoutInstance(answers, codes, ''))).toEqual(['G@:pass']);
});

test('instances exist by their answers, in the order in which they were begun', () => {
  const answers = ['7', '3', '7'].reduce<Answers>((so_far, instance, i) => give(so_far, { item: i === 2 ? b : a, instance }, pass), give([], { item: a, instance: '' }, pass));
  expect(instancesOf(codes, answers)).toEqual(['7', '3']);
  expect(instancesOf(new Set(['other']), answers)).toEqual([]);
});

test('the next number follows the highest; names are trimmed and not too long', () => {
  expect([nextNumber([]), nextNumber(['1', '门口那家']), nextNumber(['1', '12']), nextNumber(['12号摊'])]).toEqual(['1', '2', '13', '1']);
  expect([instanceName('  12号   摊 '), instanceName('  '), instanceName('字'.repeat(40)), instanceName('字'.repeat(41)), instanceName('𠮷'.repeat(40))]).toEqual(['12号 摊', null, '字'.repeat(40), null, '𠮷'.repeat(40)]);
  const group = (max?: number): RepeatGroup => ({ key: 'k', zh: '', en: '', repeat: { label_zh: '', label_en: '', ...(max === undefined ? {} : { max }) } });
  expect([mostInstances(group()), mostInstances(group(5)), mostInstances(group(999))]).toEqual([60, 5, 60]);
});

test('groups come in walking order, what has none a few at a time, and hiding an item moves nothing', () => {
  const body: Checklist['body'] = {
    kind: '',
    zh: '',
    en: '',
    groups: [
      { key: 'in', zh: '', en: '' },
      { key: 'out', zh: '', en: '' },
    ],
    items: [item('1', { group: 'out' }), item('2'), item('3', { group: 'in' }), item('4', { group: 'unknown' }), ...[5, 6, 7, 8].map((n) => item(`${n}`))],
  };
  expect(stretches(body).map(({ group, from, items }) => [group?.key ?? null, from, items.map((one) => one.code).join('')])).toEqual([
    ['in', 1, '3'],
    ['out', 2, '1'],
    [null, 3, '24567'],
    [null, 8, '8'],
  ]);
  expect(new Set(stretches(body).map(({ key }) => key)).size).toBe(4);
});

test('"nothing wrong" invents no number, except that faults which are counted are none', () => {
  const count = (op: '<=' | '>='): ChecklistItem => item('C', { answer: 'count', pass_rule: { op, value: 2 } });
  const choice = item('O', { answer: 'choice', options: [{ key: 'bad', zh: '', en: '', fail: true }, { key: 'ok', zh: '', en: '', fail: false }] });
  expect([item('P'), count('<='), count('>='), item('N', { answer: 'count' }), item('S', { answer: 'score' }), item('T', { answer: 'text' }), choice].map(plainPass)).toEqual([null, 0, undefined, undefined, undefined, undefined, 'ok']);
});

test('the likeliest phrase first, each once', () => {
  const choice = item('O', { answer: 'choice', default_issue_zh: '秤有问题', reasons_zh: ['没有秤', '秤有问题：坏了'], options: [{ key: 'broken', zh: '坏了', en: '', fail: true }] });
  expect(phrases(choice, 'broken')).toEqual(['秤有问题：坏了', '没有秤']);
  expect(phrases(item('A', { zh: '地面平整' }), null)).toEqual(['地面平整']);
});

test('every further fault has a key of its own, named or numbered, however long the stall is called', () => {
  let answers = give([], { item: a, instance: '12号摊' }, { result: 'fail', findings: [newFinding('f1', '', '12号摊')] });
  const add = (where: string): string => {
    const answer = answers[0];
    if (!answer) throw new Error('no answer');
    const key = spotKey(answer, where);
    answers = give(answers, { item: a, instance: '12号摊' }, { findings: [...answer.findings, newFinding(key, '', key)] });
    return key;
  };
  expect([add(''), add(' 柜台  下 '), add('柜台 下'), add('')]).toEqual(['12号摊 第2处', '12号摊 柜台 下', '12号摊 第4处', '12号摊 第5处']);
  const long = give([], { item: a, instance: '长'.repeat(40) }, { result: 'fail', findings: [newFinding('f', '', '长'.repeat(40))] })[0];
  if (!long) throw new Error('no answer');
  const second = spotKey(long, '');
  const third = spotKey({ ...long, findings: [...long.findings, newFinding('g', '', second)] }, '很长的位置'.repeat(9));
  expect([...second].length).toBeLessThanOrEqual(40);
  expect([...third].length).toBeLessThanOrEqual(40);
  expect(new Set(['长'.repeat(40), second, third]).size).toBe(3);
});
