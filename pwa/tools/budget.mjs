// Fails when what a phone must download before it can work grows past the published budget (decisions.md 10, pwa.md 4.9).
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url);
const KB = 1024;
/** Limits of what everybody loads, in gzip KB; those of areas stand with them below. */
const LIMIT = { inspector_js: 60, inspector_css: 12, sw: 10, map: 50, office: 92, village: 65, paper: 40, camera: 30, precache: 1500 };

/** @typedef {{ file: string, css?: string[], imports?: string[], dynamicImports?: string[], isEntry?: boolean, name?: string }} Chunk */
/** @type {Record<string, Chunk>} */
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', DIST), 'utf8'));

const gzip = (/** @type {string} */ file) => gzipSync(readFileSync(new URL(file, DIST))).length;

/** Everything that a static import pulls in. @param {string} key @param {Set<string>} [seen] */
function closure(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(key)) return seen;
  seen.add(key);
  for (const next of chunk.imports ?? []) closure(next, seen);
  return seen;
}

const start = new Set([...closure('index.html'), ...closure('src/app/inspector/entry.ts')]);
const chunks = [...start].map((key) => manifest[key]).filter((chunk) => chunk !== undefined);
const sum = (/** @type {Iterable<string>} */ files) => [...new Set(files)].reduce((total, file) => total + gzip(file), 0);

const PHOTO_MAP = 'src/map/PhotoMap.svelte';
const DRAFT_MAP = 'src/map/DraftMap.svelte';
const map = Object.keys(manifest).filter((key) => key.startsWith('src/map/') && key !== PHOTO_MAP && key !== DRAFT_MAP && !start.has(key));
/** What taking photos brings: loads for those who take one, at a desk as on a phone. */
const CAMERA = 'src/ui/PhotoTaker.svelte';
const under = (/** @type {string[]} */ ...folders) => (/** @type {string} */ key) => folders.some((folder) => key.startsWith(`src/app/${folder}/`));
const named = (/** @type {string} */ folder, /** @type {string[]} */ names) => (/** @type {string} */ key) => names.some((name) => key === `src/app/${folder}/${name}`);
const CARE_SCREENS = ['Audit', 'Backups', 'Cover', 'Devices', 'EraseAsk', 'Erasures', 'People', 'Rescue', 'Rounds', 'Settings', 'Sites', 'Staff', 'Visits'].map((name) => `${name}.svelte`);
const isCare = named('office', CARE_SCREENS);
const isPaper = under('paper');
const isChart = (/** @type {string} */ key) => /echarts/.test(manifest[key]?.file ?? '');
/** The drawing code of maps is counted with them. */
const maps = new Set(map.flatMap((key) => [...closure(key)]));

/**
 * Parts of the desk that load by themselves and are not its daily screens. `counted` says what of their imports is another part's.
 * @type {Record<string, { limit: number, holds: (key: string) => boolean, counted?: (key: string) => boolean }>}
 */
const AREAS = {
  // Screens that keep the county in order and are opened now and then.
  care: { limit: 40, holds: isCare },
  // Everything about photos as evidence, with the map of one: opened from a photo or a hint.
  evidence: { limit: 75, holds: (key) => under('evidence')(key) || key === PHOTO_MAP },
  // A ticket's history and the steps that are taken now and then (requests and their answers, reminders, merging).
  steps: { limit: 30, holds: under('steps') },
  // The inbox and the office's ways out; the bell with its count is everybody's.
  notices: { limit: 40, holds: named('notices', ['screens.ts', 'office.ts', 'UnitPicker.svelte']) },
  // Many tickets at once: bulk steps, orders on paper.
  lists: { limit: 42, holds: under('lists'), counted: isPaper },
  // Campaigns, look-back, the county's own clock, projects: boards that are opened by themselves.
  campaigns: { limit: 40, holds: under('campaigns'), counted: isChart },
  // Colours, counters, copies and talks, and the calendar: opened from the menu, monthly.
  colours: { limit: 40, holds: under('colours', 'calendar') },
  // Signing, stand-ins, liaisons, referral, the village's link at a ticket; gaps and honours at the office.
  duties: { limit: 42, holds: under('duties', 'holders') },
  // Telling the county what does not work well: from the menu, from help, from one's own page.
  feedback: { limit: 8, holds: under('feedback') },
  // Setting up a county: in its first hour, and when a register comes anew.
  setup: { limit: 40, holds: (key) => under('setup')(key) || key === DRAFT_MAP, counted: (key) => isCare(key) || maps.has(key) },
  // The demo's stand: only there.
  stand: { limit: 40, holds: under('stand'), counted: isPaper },
};
const apart = (/** @type {string} */ key) => Object.values(AREAS).some(({ holds }) => holds(key));

/** The desk's daily screens in one language (English is a chunk of its own), without the drawing code of charts: what one loads over a day. @param {string} key @param {Set<string>} [seen] */
function reachable(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(key) || shell.has(key) || isChart(key) || key.startsWith('src/i18n/en/') || isPaper(key) || apart(key) || key === CAMERA) return seen;
  seen.add(key);
  for (const next of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) reachable(next, seen);
  return seen;
}
const shell = closure('index.html');
const desk = reachable('src/app/office/entry.ts');
const files = (/** @type {Iterable<string>} */ keys) => [...keys].map((key) => manifest[key]?.file ?? '').filter(Boolean);
const areas = Object.entries(AREAS).map(([name, { limit, holds, counted }]) => {
  const keys = Object.keys(manifest).filter(holds).flatMap((key) => [...closure(key)]);
  return { name, limit, bytes: sum(files(keys.filter((key) => !shell.has(key) && !desk.has(key) && !counted?.(key)))) };
});
/** All that somebody of a village loads, who has nothing of the app: on any phone, inside a chat. */
const village = [...closure('src/app/village/entry.ts')].filter((key) => !under('steps')(key));
const camera = new Set();
const walk = (/** @type {string} */ key) => {
  const chunk = manifest[key];
  if (!chunk || camera.has(key) || shell.has(key) || desk.has(key) || key.startsWith('src/i18n/en/')) return;
  camera.add(key);
  for (const next of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) walk(next);
};
walk(CAMERA);
/** The library of checklists, printing them, entering filled-in sheets: what it adds to a desk that is already open. */
const paper = Object.keys(manifest).filter(isPaper).flatMap((key) => [...closure(key)]).filter((key) => !shell.has(key) && !desk.has(key) && !camera.has(key));

const precached = readFileSync(new URL('sw.js', DIST), 'utf8').match(/url:\s*"[^"]+"|"url":\s*"[^"]+"/g) ?? [];
const rows = {
  inspector_js: sum(chunks.map((chunk) => chunk.file)),
  inspector_css: sum(chunks.flatMap((chunk) => chunk.css ?? [])),
  sw: gzip('sw.js'),
  map: sum(map.flatMap((key) => [...closure(key)].filter((k) => !start.has(k)).map((k) => manifest[k]?.file ?? '').filter(Boolean))),
  office: sum(files(desk)),
  camera: sum(files(camera)),
  village: sum(files(village)),
  paper: sum(files(paper)),
  precache: sum(precached.map((line) => line.replace(/^.*:\s*"|"$/g, '')).filter((file) => existsSync(new URL(file, DIST)))),
};

const everybodys = Object.entries(rows).map(([name, bytes]) => ({ name, bytes, limit: LIMIT[/** @type {keyof typeof LIMIT} */ (name)] }));
let over = false;
for (const { name, bytes, limit } of [...everybodys, ...areas]) {
  over ||= bytes > limit * KB;
  console.log(`${bytes > limit * KB ? 'OVER' : '  ok'}  ${name.padEnd(14)} ${(bytes / KB).toFixed(1).padStart(7)} KB of ${limit} KB`);
}
const inline = readdirSync(DIST).filter((name) => name.endsWith('.html')).filter((name) => /<script(?![^>]*\bsrc=)|<style|\son\w+=/i.test(readFileSync(new URL(name, DIST), 'utf8')));
for (const name of inline) console.log(`OVER  ${name} holds inline script or style, which the page's policy forbids`);
process.exitCode = over || inline.length > 0 ? 1 : 0;
