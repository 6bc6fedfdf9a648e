// Which file proves which of the fifteen faults of the design (pwa.md 4.10), and that each is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FAULTS: Readonly<Record<number, readonly [what: string, file: string]>> = {
  1: ['the tab is killed at every await of the engine', '01-killed-at-every-await'],
  2: ['the browser process is killed', '02-process-killed'],
  3: ['8 hours offline, 40 visits', '03-eight-hours-offline'],
  4: ['the quota is hit between photo and submission', '04-no-space'],
  5: ['500, 502, 429, 408, truncated JSON, a login page with status 200', '05-wrong-answers'],
  6: ['the answer is lost after the commit', '06-answer-lost'],
  7: ['doubled and reordered posts', '07-doubled-and-reordered'],
  8: ['two tabs, the leader frozen', '08-leader-frozen'],
  9: ['an update during an upload', '09-update-during-upload'],
  10: ['a migration from each old schema', '10-old-schemas'],
  11: ['401 in mid-queue, another person signs in', '11-another-person'],
  12: ['the server is restored from an older backup', '12-restored-backup'],
  13: ['a wrong device clock', '13-wrong-clock'],
  14: ['a corrupted piece', '14-corrupted-pieces'],
  15: ['random schedules of all of them', '15-random-days'],
};

test.each(Object.entries(FAULTS))('fault %s: %j', (no, [, file]) => {
  const path = new URL(`${file}.test.ts`, import.meta.url);
  expect(existsSync(path)).toBe(true);
  expect(file.startsWith(no.padStart(2, '0'))).toBe(true);
  // Each ends with the one oracle.
  expect(readFileSync(path, 'utf8')).toContain('missingOrWrong(');
});

test('no fault test stands outside the table', () => {
  const files = readdirSync(new URL('.', import.meta.url)).filter((name) => /^\d\d-.*\.test\.ts$/.test(name));
  expect(files.map((name) => name.replace('.test.ts', '')).sort()).toEqual(Object.values(FAULTS).map(([, file]) => file));
});
