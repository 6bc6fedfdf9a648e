// The settings form: what is shown is what was sent, numbers people type are read, and versions name what they changed.
import { expect, test } from 'vitest';
import type { CountySettings } from '../../src/api/types';
import { changes, fromForm, toForm } from '../../src/app/office/settings';

const DEFAULTS: CountySettings = {
  deadlines: { working_hours: [{ from: '09:00', to: '12:00' }, { from: '14:00', to: '18:00' }], same_day_hours: 4, accept_days: 1, rework_days: 1, due_soon_days: 2, due_soon_percent: 25, relapse_static_days: 30, relapse_dynamic_days: 7 },
  evidence: { same_bits: 31, look_bits: 64, near_m: 100, coarse_m: 100, old_hours: 72, speed_kmh: 200, clock_minutes: 30, strengths: { screenshot: 'weak' } },
  field: { far_from_site_m: 150, border_accuracy_m: 100, correction_hours: 72, photo_waiver_days: 7 },
  scoring: { gate_permille: 690 },
  words: { inspector_zh: '检查人员', inspector_en: 'Inspector' },
};

test('a form that nobody touched sends back what came', () => {
  expect(fromForm(toForm(DEFAULTS), DEFAULTS)).toEqual(DEFAULTS);
  expect(changes(DEFAULTS, fromForm(toForm(DEFAULTS), DEFAULTS))).toEqual([]);
});

test('spans as people write them, scores in points', () => {
  const form = { ...toForm(DEFAULTS), working_hours: '08:30～12:00，14:30-18：00', gate_permille: '65.5' };
  const read = fromForm(form, DEFAULTS);
  expect(read.deadlines.working_hours).toEqual([{ from: '08:30', to: '12:00' }, { from: '14:30', to: '18:00' }]);
  expect(read.scoring.gate_permille).toBe(655);
  expect(changes(DEFAULTS, read).map((change) => change.leaf)).toEqual(['working_hours', 'gate_permille']);
});

test('what is no number goes to the server as one that it refuses by name', () => {
  for (const text of ['', 'abc', ' ']) expect(fromForm({ ...toForm(DEFAULTS), accept_days: text }, DEFAULTS).deadlines.accept_days).toBe(-1);
});
