// Groups, stalls and hidden questions by the one file of cases that the server runs too.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { review, withoutHidden } from '../../src/core/checklist';
import type { FileRow } from '../../src/core/model';
import type { AnswerPayload, FindingEntry, InspectionPayload } from '../../src/core/payloads';
import type { Checklist, ChecklistGroup, ChecklistItem } from '../../src/core/rows';

interface Case {
  readonly name: string;
  readonly list: string;
  readonly answers: readonly (Pick<AnswerPayload, 'item' | 'instance_key' | 'result' | 'value' | 'reason'> & { readonly findings?: readonly string[]; readonly photos?: readonly string[] })[];
  readonly missing: readonly string[];
  readonly hidden: readonly string[];
  readonly unnamed: readonly string[];
  readonly na_forbidden?: readonly string[];
  readonly photo_missing?: readonly string[];
  readonly score: number | null;
}
interface Cases {
  readonly item_defaults: Partial<ChecklistItem>;
  readonly lists: Readonly<Record<string, { readonly groups: readonly ChecklistGroup[]; readonly items: readonly ChecklistItem[] }>>;
  readonly cases: readonly Case[];
}

const { item_defaults, lists, cases } = JSON.parse(readFileSync(new URL('../../../tests/shared/checklist-cases.json', import.meta.url), 'utf8')) as Cases;

const at = (item: string | null, instance: string): string => (instance === '' ? (item ?? '') : `${item}@${instance}`);

const findingAt = (instance_key: string): FindingEntry => ({ finding_id: `f ${instance_key}`, instance_key, title: null, note: '', fixed_on_spot: false, missing_photo_reason: null });

function listOf(name: string): Checklist {
  const { groups, items } = lists[name] ?? { groups: [], items: [] };
  return { id: name, site_kind: name, no: 1, status: 'active', version: 1, body: { kind: name, zh: '', en: '', groups, items: items.map((item) => ({ ...item_defaults, ...item })) } };
}

test.each(cases)('$name', ({ list, answers, missing, hidden, unnamed, na_forbidden = [], photo_missing = [], score }) => {
  const checklist = listOf(list);
  const visit: InspectionPayload = {
    inspection_id: 'i',
    site_id: 's',
    checklist_id: list,
    round_id: null,
    outcome: 'inspected',
    people_present: '',
    note: '',
    arrived: null,
    distance_reason: null,
    answers: answers.map(({ photos: _photos, findings = [], ...answer }) => ({ ...answer, note: '', findings: findings.map(findingAt) })),
  };
  const photos = answers.flatMap(({ item, photos = [] }) => photos.map((instance_key) => ({ item_path: item, role: 'before', instance_key }) as FileRow));
  const seen = review(checklist, visit, photos);
  const named = (code: string): string[] => seen.faults.filter((fault) => fault.code === code).map((fault) => at(fault.item_code, fault.instance_key)).sort();
  const left = withoutHidden(checklist, visit).answers;
  const dropped = visit.answers.filter((answer) => !left.includes(answer)).map((answer) => at(answer.item, answer.instance_key)).sort();
  expect({ missing: named('unanswered'), hidden: dropped, unnamed: named('instance_missing'), na_forbidden: named('not_applicable_forbidden'), photo_missing: named('photo_missing'), score: seen.score === null ? null : Math.round(seen.score * 10) }).toEqual({
    missing: [...missing].sort(),
    hidden: [...hidden].sort(),
    unnamed: [...unnamed].sort(),
    na_forbidden: [...na_forbidden].sort(),
    photo_missing: [...photo_missing].sort(),
    score,
  });
  expect(seen.hidden).toBe(hidden.length);
  // What was dropped takes nothing else along: sealed once more it is the same.
  expect(withoutHidden(checklist, { ...visit, answers: left }).answers).toEqual(left);
});
