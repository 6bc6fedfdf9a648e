// The settings form: what is shown is what was sent, numbers people type are read, and versions name what they changed.
import { expect, test } from 'vitest';
import type { CountySettings } from '../../src/api/types';
import { tellChange } from '../../src/app/office/other-settings';
import { changes, fromForm, otherChanges, toForm } from '../../src/app/office/settings';

const DEFAULTS: CountySettings = {
  checks: { on_site: ['critical', 'major'], check_days: 3, signed_sheet_days: 10, look_back_percent: 10, look_back_flagged_percent: 30, look_back_flagged_days: 90 },
  colours: { overdue_days: 5, rework: 2, accepted_late: 2, reissued: 3, hollow: 1, small_base: 10, on_time_permille: 900, late_count: 2, overdue_yellow: 3, overdue_red: 5, long_days: 10, hollow_yellow: 1, hollow_red: 2, appeal_days: 3, plan_days: 3 },
  care: { backup_at: '02:30', keep_backups: 14 },
  duties: { no_progress_days: 5, self_check_day: 0, ending_days: 14, delegation_days: 92, substitute_days: 92, escalate_deputy_days: 1, escalate_leader_days: 3, escalate_county_days: 6, village_link_hours: 72, village_link_photos: 6, referral_days: 5 },
  notices: { due_days: [7, 3, 1], monthly_dates: [25], day_at: '08:00', digest_at: '08:30', digest_on_days_off: false, quiet_from: '20:00', quiet_to: '08:00', urgent_in_quiet: false, urgent_kinds: ['reminded', 'escalated'], keep_days: 60, digest_template: '{unit} {date} {link}', urgent_template: '{unit} {urgent} {link}', mail_subject: '{unit} {date}', office_template: '{unit} {date} {link}' },
  deadlines: { working_hours: [{ from: '09:00', to: '12:00' }, { from: '14:00', to: '18:00' }], same_day_hours: 4, accept_days: 1, lead_days: 0, rework_days: 1, due_soon_days: 2, due_soon_percent: 25, relapse_static_days: 30, relapse_dynamic_days: 7 },
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

/** The document with one leaf changed, for each of its leaves. */
function* eachLeaf(value: unknown, path: readonly string[] = []): Generator<readonly [path: string, changed: unknown]> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [name, inner] of Object.entries(value)) for (const [at, changed] of eachLeaf(inner, [...path, name])) yield [at, { ...value, [name]: changed }];
  } else yield [path.join('.'), Array.isArray(value) ? [] : typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${String(value)}x`];
}

test('a version tells each leaf that it changed, once, in words, whichever page it is set on', () => {
  const silent = [];
  for (const [path, changed] of eachLeaf(DEFAULTS)) {
    const own = changes(DEFAULTS, changed as CountySettings);
    const others = otherChanges(DEFAULTS, changed as CountySettings);
    if (own.length + others.length !== 1) silent.push([path, own.length, others.length]);
    for (const other of others) {
      const { name, from, to, page } = tellChange(other, () => '截屏');
      expect([path, name]).not.toEqual([path, expect.stringMatching(/^$|_|\./)]);
      expect(from).not.toBe(to);
      expect(page?.href).toBe(path.startsWith('notices.') ? '#/channels/rules' : '#/flags/rules');
    }
  }
  expect(silent).toEqual([]);
});

test('a weight that was given and one that was taken away are told; what no page knows is told by its place', () => {
  const usual = { ...DEFAULTS, evidence: { ...DEFAULTS.evidence, strengths: {} } };
  expect(otherChanges(usual, DEFAULTS)).toEqual([{ path: ['evidence', 'strengths', 'screenshot'], from: undefined, to: 'weak' }]);
  expect(otherChanges(DEFAULTS, usual).map((change) => tellChange(change).to)).toEqual(['默认值']);
  const newer = { ...DEFAULTS, scoring: { ...DEFAULTS.scoring, later: 1 } } as CountySettings;
  expect(otherChanges(DEFAULTS, newer).map((change) => tellChange(change).name)).toEqual(['其他设置（scoring.later）']);
});
