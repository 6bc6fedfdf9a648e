// What counts as ready for the field: each line, on its edge; and which browsers are known.
import { expect, test } from 'vitest';
import type { Readiness } from '../../src/core/ready';
import { browserOf, deviceWords } from '../../src/app/shell/browsers';
import { isIos, judge, LINES, type LineId, type PageFacts, type State } from '../../src/app/shell/ready';

const NOW = Date.parse('2026-11-22T08:00:00Z');
const DAY = 86_400_000;
const GOOD: Readiness = {
  storage: { level: 'green', free_bytes: 5e9, used_bytes: 1e6, persisted: true },
  write_ms: 20,
  sites: 900,
  checklists: 9,
  pulled_at: NOW - 60_000,
  examples: { here: 8, all: 8 },
  ahead_ms: 500,
  unsent: { operations: 0, files: 0 },
  credential: true,
};
const PAGE: PageFacts = {
  shell: true,
  link: 'live',
  ios: false,
  installed: true,
  browser: { name: 'Chrome', known: 'good' },
  camera: 'granted',
  position: 'prompt',
  outdated: false,
  updateWaits: false,
};

test('a phone that has everything is ready', () => {
  expect(new Set(Object.values(judge(GOOD, PAGE, NOW)))).toEqual(new Set(['ok']));
  expect(Object.keys(judge(GOOD, PAGE, NOW)).sort()).toEqual([...LINES].sort());
});

const storage = (part: Partial<Readiness['storage']>): Partial<Readiness> => ({ storage: { ...GOOD.storage, ...part } });

test.each<[string, Partial<Readiness>, Partial<PageFacts>, LineId, State]>([
  ['the app is not kept', {}, { shell: false }, 'shell', 'bad'],
  ['offline at the start', {}, { link: 'offline' }, 'login', 'advice'],
  ['no credential', { credential: false }, {}, 'login', 'bad'],
  ['writing fails', { write_ms: null }, {}, 'write', 'bad'],
  ['little room', storage({ free_bytes: 299e6 }), {}, 'space', 'bad'],
  ['some room', storage({ free_bytes: 999e6 }), {}, 'space', 'advice'],
  ['room not told', storage({ free_bytes: null }), {}, 'space', 'unknown'],
  ['no promise on Android in a tab', storage({ persisted: false }), { installed: false }, 'keep', 'advice'],
  ['no promise on an iPhone in a tab', storage({ persisted: false }), { installed: false, ios: true }, 'keep', 'bad'],
  ['no promise, but on the home screen', storage({ persisted: null }), { ios: true }, 'keep', 'ok'],
  ['installing is advised, never demanded', {}, { installed: false }, 'install', 'advice'],
  ['no sites', { sites: 0 }, {}, 'sites', 'bad'],
  ['no checklists', { checklists: 0 }, {}, 'sites', 'bad'],
  ['yesterday’s sites', { pulled_at: NOW - DAY - 1 }, {}, 'sites', 'advice'],
  ['examples missing', { examples: { here: 7, all: 8 } }, {}, 'pictures', 'advice'],
  ['clock ahead', { ahead_ms: 3 * 60_000 }, {}, 'clock', 'advice'],
  ['clock behind', { ahead_ms: -3 * 60_000 }, {}, 'clock', 'advice'],
  ['server never met', { ahead_ms: null }, {}, 'clock', 'unknown'],
  ['camera off', {}, { camera: 'denied' }, 'camera', 'bad'],
  ['position off', {}, { position: 'denied' }, 'position', 'bad'],
  ['a bad browser', {}, { browser: { name: 'UC', known: 'bad' } }, 'browser', 'bad'],
  ['an unknown browser', {}, { browser: { name: '', known: 'unknown' } }, 'browser', 'unknown'],
  ['an app too old', {}, { outdated: true }, 'version', 'bad'],
  ['a new version', {}, { updateWaits: true }, 'version', 'advice'],
  ['something unsent', { unsent: { operations: 0, files: 1 } }, {}, 'unsent', 'advice'],
])('%s', (_name, phone, page, line, state) => {
  const states = judge({ ...GOOD, ...phone }, { ...PAGE, ...page }, NOW);
  expect(states[line]).toBe(state);
  // One fault, one line.
  expect(Object.entries(states).filter(([id, one]) => id !== line && one !== 'ok').map(([id]) => id)).toEqual(line === 'keep' && page.installed === false ? ['install'] : []);
});

const ANDROID = 'Mozilla/5.0 (Linux; Android 14; X) AppleWebKit/537.36 (KHTML, like Gecko)';
test.each([
  [`${ANDROID} Chrome/130.0.0.0 Mobile Safari/537.36`, 'Chrome', 'good'],
  [`${ANDROID} Chrome/130.0.0.0 Mobile Safari/537.36 EdgA/130.0`, 'Edge', 'good'],
  [`${ANDROID} Version/4.0 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.50`, '微信 WeChat', 'bad'],
  [`${ANDROID} Version/4.0 Chrome/100.0 UCBrowser/16.0 Mobile Safari/537.36`, 'UC', 'bad'],
  [`${ANDROID} Version/4.0 Chrome/121.0 MQQBrowser/15.0 Mobile Safari/537.36`, 'QQ浏览器 QQ Browser', 'bad'],
  [`${ANDROID} Chrome/110.0 Safari/537.36 HuaweiBrowser/15.0 Mobile`, '华为浏览器 Huawei Browser', 'good'],
  ['Mozilla/5.0 (Linux; Android 14; X; wv) AppleWebKit/537.36 Version/4.0 Chrome/120.0 Mobile Safari/537.36', '应用内页面 in-app page', 'bad'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1', 'Safari', 'good'],
  ['Something/1.0', '', 'unknown'],
])('%s', (userAgent, name, known) => {
  expect(browserOf(userAgent)).toEqual({ name, known });
});

test('an iPad that calls itself a Mac is one by its fingers', () => {
  expect(isIos('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15)', 5)).toBe(true);
  expect(isIos('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15)', 0)).toBe(false);
});

test.each([
  ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36', 'Chrome · Android'],
  ['Mozilla/5.0 (Linux; Android 14; 2311DRK48C Build/UKQ1.230804.001) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36 EdgA/120.0', 'Edge · Android · 2311DRK48C'],
  ['Mozilla/5.0 (Linux; Android 12; HarmonyOS; ALN-AL80; HMSCore 6.14) AppleWebKit/537.36 Chrome/114.0 HuaweiBrowser/15.0 Mobile Safari/537.36', '华为浏览器 Huawei Browser · HarmonyOS · ALN-AL80'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1', 'Safari · iPhone'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36', 'Chrome · Windows'],
  ['', ''],
])('a device is told apart by what its browser says', (userAgent, words) => {
  expect(deviceWords(userAgent)).toBe(words);
});
