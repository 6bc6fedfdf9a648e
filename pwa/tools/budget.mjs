// Fails when what a phone must download before it can work grows past the published budget (decisions.md 10, pwa.md 4.9).
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url);
const KB = 1024;
/** Limits in gzip bytes. */
const LIMIT = { inspector_js: 60 * KB, inspector_css: 12 * KB, sw: 10 * KB, map: 50 * KB, office: 90 * KB, care: 36 * KB, evidence: 75 * KB, steps: 30 * KB, notices: 40 * KB, lists: 40 * KB, campaigns: 40 * KB, paper: 40 * KB, colours: 35 * KB, camera: 30 * KB, duties: 40 * KB, setup: 40 * KB, village: 65 * KB, stand: 40 * KB, precache: 1500 * KB };

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
/** The desk's daily screens in one language (English is a chunk of its own), without the drawing code of charts: what one loads over a day. @param {string} key @param {Set<string>} [seen] */
function reachable(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(key) || shell.has(key) || /echarts/.test(chunk.file) || key.startsWith('src/i18n/en/') || key.startsWith('src/app/paper/') || LISTS.has(key) || CAMPAIGNS.has(key) || CARE.has(key) || EVIDENCE.has(key) || STEPS.has(key) || NOTICES.has(key) || COLOURS.has(key) || DUTIES.has(key) || STAND.has(key) || SETUP.has(key) || key === CAMERA) return seen;
  seen.add(key);
  for (const next of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) reachable(next, seen);
  return seen;
}
/** What taking photos brings: loads for those who take one, at a desk as on a phone. */
const CAMERA = 'src/ui/PhotoTaker.svelte';
/** Screens that keep the county in order and are opened now and then; each loads by itself. */
const CARE = new Set(['Audit', 'Backups', 'Cover', 'Devices', 'EraseAsk', 'Erasures', 'People', 'Rescue', 'Rounds', 'Settings', 'Sites', 'Visits'].map((name) => `src/app/office/${name}.svelte`));
/** Everything about photos as evidence, with the map of one: opened from a photo or a hint. */
const EVIDENCE = new Set(Object.keys(manifest).filter((key) => key.startsWith('src/app/evidence/') || key === PHOTO_MAP));
/** A ticket's history and the steps that are taken now and then (requests and their answers, reminders, merging): each loads when it is opened. */
const STEPS = new Set(Object.keys(manifest).filter((key) => key.startsWith('src/app/steps/')));
/** The inbox and the office's ways out; the bell with its count is everybody's. */
const NOTICES = new Set(['screens.ts', 'office.ts', 'UnitPicker.svelte'].map((name) => `src/app/notices/${name}`));
/** Many tickets at once: bulk steps, orders on paper; loads when a list is used so. */
const LISTS = new Set(Object.keys(manifest).filter((key) => key.startsWith('src/app/lists/')));
/** Campaigns, look-back, the county's own clock, projects: boards that are opened by themselves. */
const CAMPAIGNS = new Set(Object.keys(manifest).filter((key) => key.startsWith('src/app/campaigns/')));
/** Colours, counters, copies and talks, and the calendar: opened from the menu, monthly. */
const COLOURS = new Set(Object.keys(manifest).filter((key) => key.startsWith('src/app/colours/') || key.startsWith('src/app/calendar/')));
/** Signing, stand-ins, liaisons, referral, the village's link at a ticket; gaps and honours at the office. */
const DUTIES = new Set(Object.keys(manifest).filter((key) => /^src\/app\/(duties|holders)\//.test(key)));
/** The demo's stand: only there. */
const STAND = new Set(Object.keys(manifest).filter((key) => key.startsWith('src/app/stand/')));
/** Setting up a county: opened in a county's first hour, and when a register comes anew. */
const SETUP = new Set(Object.keys(manifest).filter((key) => key.startsWith('src/app/setup/') || key === DRAFT_MAP));
const shell = closure('index.html');
const desk = reachable('src/app/office/entry.ts');
const files = (/** @type {Iterable<string>} */ keys) => [...keys].map((key) => manifest[key]?.file ?? '').filter(Boolean);
const care = [...CARE].flatMap((key) => [...closure(key)]).filter((key) => !shell.has(key) && !desk.has(key));
const steps = [...STEPS].flatMap((key) => [...closure(key)]).filter((key) => !shell.has(key) && !desk.has(key));
const notices = [...NOTICES].flatMap((key) => [...closure(key)]).filter((key) => !shell.has(key) && !desk.has(key));
const lists = [...LISTS].flatMap((key) => [...closure(key)]).filter((key) => !shell.has(key) && !desk.has(key) && !key.startsWith('src/app/paper/'));
const campaigns = [...CAMPAIGNS].flatMap((key) => [...closure(key)]).filter((key) => !shell.has(key) && !desk.has(key) && !/echarts/.test(manifest[key]?.file ?? ''));
const colours = [...COLOURS].flatMap((key) => [...closure(key)]).filter((key) => !shell.has(key) && !desk.has(key));
const duties = [...DUTIES].flatMap((key) => [...closure(key)]).filter((key) => !shell.has(key) && !desk.has(key));
/** The drawing code of maps is counted there. */
const maps = new Set(map.flatMap((key) => [...closure(key)]));
const setup = [...SETUP].flatMap((key) => [...closure(key)]).filter((key) => !shell.has(key) && !desk.has(key) && !CARE.has(key) && !maps.has(key));
/** All that somebody of a village loads, who has nothing of the app: on any phone, inside a chat. */
const village = [...closure('src/app/village/entry.ts')].filter((key) => !STEPS.has(key));
const stand = [...STAND].flatMap((key) => [...closure(key)]).filter((key) => !shell.has(key) && !desk.has(key) && !key.startsWith('src/app/paper/'));
const evidence = [...EVIDENCE].flatMap((key) => [...closure(key)]).filter((key) => !shell.has(key) && !desk.has(key));
const camera = new Set();
const walk = (/** @type {string} */ key) => {
  const chunk = manifest[key];
  if (!chunk || camera.has(key) || shell.has(key) || desk.has(key) || key.startsWith('src/i18n/en/')) return;
  camera.add(key);
  for (const next of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) walk(next);
};
walk(CAMERA);
/** The library of checklists, printing them, entering filled-in sheets: what it adds to a desk that is already open. */
const paper = Object.keys(manifest).filter((key) => key.startsWith('src/app/paper/')).flatMap((key) => [...closure(key)]).filter((key) => !shell.has(key) && !desk.has(key) && !camera.has(key));

const precached = readFileSync(new URL('sw.js', DIST), 'utf8').match(/url:\s*"[^"]+"|"url":\s*"[^"]+"/g) ?? [];
const rows = {
  inspector_js: sum(chunks.map((chunk) => chunk.file)),
  inspector_css: sum(chunks.flatMap((chunk) => chunk.css ?? [])),
  sw: gzip('sw.js'),
  map: sum(map.flatMap((key) => [...closure(key)].filter((k) => !start.has(k)).map((k) => manifest[k]?.file ?? '').filter(Boolean))),
  office: sum(files(desk)),
  care: sum(files(care)),
  evidence: sum(files(evidence)),
  steps: sum(files(steps)),
  notices: sum(files(notices)),
  lists: sum(files(lists)),
  campaigns: sum(files(campaigns)),
  camera: sum(files(camera)),
  duties: sum(files(duties)),
  setup: sum(files(setup)),
  village: sum(files(village)),
  paper: sum(files(paper)),
  colours: sum(files(colours)),
  stand: sum(files(stand)),
  precache: sum(precached.map((line) => line.replace(/^.*:\s*"|"$/g, '')).filter((file) => existsSync(new URL(file, DIST)))),
};

let over = false;
for (const [name, bytes] of Object.entries(rows)) {
  const limit = LIMIT[/** @type {keyof typeof LIMIT} */ (name)];
  over ||= bytes > limit;
  console.log(`${bytes > limit ? 'OVER' : '  ok'}  ${name.padEnd(14)} ${(bytes / KB).toFixed(1).padStart(7)} KB of ${limit / KB} KB`);
}
const inline = readdirSync(DIST).filter((name) => name.endsWith('.html')).filter((name) => /<script(?![^>]*\bsrc=)|<style|\son\w+=/i.test(readFileSync(new URL(name, DIST), 'utf8')));
for (const name of inline) console.log(`OVER  ${name} holds inline script or style, which the page's policy forbids`);
process.exitCode = over || inline.length > 0 ? 1 : 0;
