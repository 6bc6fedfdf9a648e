// How long a stranger waits, timed on this machine: from `git clone` to the demo's stand, and from an empty `serve` to the first ticket of a
// new county. tests/load/run first-hour [--skip-clone]. Nothing is taken from this checkout's own builds; crates and npm packages come from
// wherever this machine gets them, and the first line says how full those caches were.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { desk } from '../browser/lib/api.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const skipClone = process.argv.includes('--skip-clone');
const folder = await mkdtemp(join(tmpdir(), 'lalian-first-hour-'));
const environment = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LALIAN_') && name !== 'CARGO_TARGET_DIR')) };
const seconds = (from) => ((performance.now() - from) / 1000).toFixed(1);
const children = new Set();

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Starts something that serves and waits until `ask` says yes. */
async function serve(command, args, cwd, ask) {
  const child = spawn(command, args, { cwd, env: environment, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  children.add(child);
  while (!(await ask().catch(() => false))) {
    assert.equal(child.exitCode, null, 'it ended before it answered');
    await new Promise((done) => setTimeout(done, 100));
  }
  return child;
}

async function stop(child) {
  const ended = new Promise((done) => child.once('exit', done));
  // cargo and what it started are one group of their own.
  process.kill(-child.pid, 'SIGTERM');
  await ended;
  children.delete(child);
}

/** A command that must do what it is asked; answers what it said. */
function run(command, args, cwd = folder) {
  const done = spawnSync(command, args, { cwd, env: environment, encoding: 'utf8' });
  assert.equal(done.status, 0, `${command} ${args.join(' ')}: ${done.stdout}${done.stderr}`);
  return done.stdout;
}

/** Clone, build, demo: until the stand answers with its panes and its page is there. */
async function cloneToStand() {
  const caches = [join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/cache'), join(homedir(), '.npm/_cacache')];
  console.log(`caches: ${caches.map((path) => `${path} ${existsSync(path) && readdirSync(path).length > 0 ? 'filled' : 'empty'}`).join(', ')}`);
  const from = performance.now();
  run('git', ['clone', '--quiet', '--no-hardlinks', ROOT, 'lalian']);
  const cloned = seconds(from);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const answers = async () => {
    const stand = await fetch(`${url}/api/v1/demo`);
    if (!stand.ok) return false;
    const { panes } = await stand.json();
    const pages = await Promise.all([url, ...panes.map((pane) => pane.url)].map((one) => fetch(one)));
    return panes.length === 3 && pages.every((page) => page.ok);
  };
  const child = await serve('cargo', ['run', '--release', '--locked', '--', 'demo', '--bind', `127.0.0.1:${port}`], join(folder, 'lalian'), answers);
  const stand = seconds(from);
  await stop(child);
  return { program: join(folder, 'lalian/target/release/lalian'), figures: `clone_s=${cloned} clone_to_stand_s=${stand}` };
}

/** An empty installation by commands, as the README has it: registers, two accounts, a fault reported in the field, its ticket issued. */
async function emptyToTicket(program) {
  const [port, data] = [await freePort(), join(folder, 'county')];
  const url = `http://127.0.0.1:${port}`;
  const healthy = async () => (await fetch(`${url}/api/v1/health`)).ok;
  const from = performance.now();
  const args = ['--bind', `127.0.0.1:${port}`, '--data', data, '--pwa', 'none', '--outgoing', 'off'];
  let child = await serve(program, ['serve', ...args], folder, healthy);
  const started = seconds(from);
  // SQLite has one owner at a time: commands come when the server rests.
  await stop(child);
  const files = { divisions: 'regions.geojson', checklists: 'checklists.json', sites: 'sites.csv' };
  for (const [kind, file] of Object.entries(files)) run(program, ['import', '--data', data, kind, join(ROOT, 'backend/demo', file)]);
  const account = (login, name, role) => {
    const said = run(program, ['user', 'add', login, '--name', name, '--role', role, '--data', data]);
    return { login, password: said.split('one-time code: ')[1].split('\n')[0].trim() };
  };
  const [office, inspector] = [account('13800000001', '县办公室', 'office'), account('13800000002', '检查员', 'inspector')];
  child = await serve(program, ['serve', ...args], folder, healthy);
  for (const person of [office, inspector]) {
    const code = await desk(url, person);
    person.password = `山里的第${person.login.slice(-1)}条小路有块大石头`;
    await code.post('/api/v1/session/password', { new_password: person.password });
  }
  const [atDesk, inField] = await Promise.all([desk(url, office), desk(url, inspector)]);
  const [site] = (await inField.get('/api/v1/sites?limit=1')).items;
  const position = { lon: site.lon, lat: site.lat, accuracy_m: 8, fixed_at: new Date().toISOString(), source: 'browser', datum: 'WGS84' };
  const finding = { finding_id: randomUUID(), site_id: site.id, item_code: null, instance_key: '', title: '路边的井盖坏了', note: '', severity: 'minor', is_static: true, position, fixed_on_spot: false };
  await inField.operate('finding.report/1', finding);
  const [ticket] = await atDesk.list('/api/v1/tickets?state=pending');
  const unit = { unit_kind: 'township', unit_id: ticket.township_id, severity: null, is_static: true, deadline_days: 3, note: '' };
  await atDesk.operate('ticket.issue/1', { ticket_id: ticket.id, seen_version: ticket.version, ...unit });
  const { state, number } = await atDesk.get(`/api/v1/tickets/${ticket.id}`);
  assert.equal(state, 'issued');
  const whole = seconds(from);
  await stop(child);
  console.log(`first ticket: ${number}`);
  return `serve_s=${started} serve_to_ticket_s=${whole}`;
}

try {
  const cloned = skipClone ? { program: process.env.LALIAN_BIN ?? join(ROOT, 'target/release/lalian'), figures: '' } : await cloneToStand();
  const figures = await emptyToTicket(cloned.program);
  console.log(`first-hour: database=sqlite ${cloned.figures} ${figures}`.replaceAll('  ', ' '));
} finally {
  for (const child of children) process.kill(-child.pid, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
}
