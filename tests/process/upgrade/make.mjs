// Makes what an earlier release left behind, for tests/process/upgrade.rs. Run it with the program of that release:
//   LALIAN_BIN=…/lalian node tests/process/upgrade/make.mjs NAME
// It writes NAME-sqlite.tar.xz and NAME-postgres.tar.xz beside itself: a county in the middle of its work with its files, keys and
// `facts.json`, which says what was there. The demo's mark is taken away, so that `serve` takes it for a county like any other.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkReceipt, desk, newDevice, sha256 } from '../../browser/lib/api.mjs';
import { fillCounty, TOWNSHIP } from '../../browser/lib/fixture.mjs';
import { postgres } from '../../browser/lib/postgres.mjs';
import { demo } from '../../browser/lib/program.mjs';

const [name] = process.argv.slice(2);
assert.match(name ?? '', /^[a-z0-9-]+$/, 'how is the release called?');

/** One grey pixel; a byte behind its end makes it another file. */
const JPEG = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'base64',
);
const photo = (nth) => Buffer.concat([JPEG, Buffer.from([nth])]);

/** Places and their changes that the facts do not need, so that the file stays small. */
const SHRINK = `
  DELETE FROM change WHERE noun = 'sites' AND object_id IN (SELECT id FROM site WHERE township_id <> (SELECT id FROM division WHERE code = '${TOWNSHIP}'));
  DELETE FROM site WHERE township_id <> (SELECT id FROM division WHERE code = '${TOWNSHIP}');
  DELETE FROM meta WHERE key = 'demo';`;

async function work(county) {
  const filled = await fillCounty(county, { photo, boards: true });
  const login = (role) => {
    const { login, password } = county.login(role);
    return { login, password };
  };
  const inspector = await desk(county.url, login('inspector'), { device: newDevice('旧手机') });
  const report = { finding_id: crypto.randomUUID(), site_id: null, item_code: null, instance_key: '', title: '升级前报的问题', note: '', severity: 'minor', is_static: true, position: null, fixed_on_spot: false };
  const sealed = await inspector.operate('finding.report/1', report, { files: [{ bytes: photo(99), role: 'before' }] });
  let receipt;
  for (let n = 0; n < 100 && !receipt; n += 1) {
    receipt = (await inspector.get(`/api/v1/operations/${sealed.id}/receipt`)).receipt;
    if (!receipt) await new Promise((done) => setTimeout(done, 100));
  }
  await checkReceipt(county.url, receipt);
  const office = await desk(county.url, login('office'));
  const tickets = await office.list('/api/v1/tickets');
  const { jwks } = { jwks: await (await fetch(`${county.url}/.well-known/jwks.json`)).json() };
  // Copies of photos are made meanwhile.
  await new Promise((done) => setTimeout(done, 3000));
  return {
    logins: { office: login('office'), inspector: login('inspector'), desk_officer: login('desk_officer') },
    operation: sealed.id,
    receipt,
    jwks,
    photo: { sha256: sha256(photo(99)), bytes: photo(99).length },
    tickets: tickets.map(({ id, number, state, title }) => ({ id, number, state, title })),
    filled: Object.keys(filled),
  };
}

async function keep(county, facts, kind, dump) {
  const folder = await mkdtemp(join(tmpdir(), 'lalian-upgrade-'));
  await writeFile(join(folder, 'facts.json'), `${JSON.stringify(facts, null, 1)}\n`);
  for (const part of ['files', 'keys']) await cp(join(county.folder, part), join(folder, part), { recursive: true });
  await dump(folder);
  const target = join(import.meta.dirname, `${name}-${kind}.tar.xz`);
  execFileSync('tar', ['--create', '--xz', '--owner=0', '--group=0', '--file', target, '--directory', folder, ...(await readdir(folder))]);
  await rm(folder, { recursive: true });
  console.log(target);
}

const pwa = await mkdtemp(join(tmpdir(), 'lalian-no-pages-'));
await mkdir(pwa, { recursive: true });
await writeFile(join(pwa, 'index.html'), '');

const small = await demo({ pwa });
const facts = await work(small);
await small.stop();
await keep(small, facts, 'sqlite', (folder) => {
  const file = join(folder, 'lalian.db');
  execFileSync('sqlite3', [join(small.folder, 'lalian.db'), SHRINK, `VACUUM INTO '${file}'`]);
});
await small.remove();

const cluster = await postgres();
const large = await demo({ pwa, database: cluster.url });
const more = await work(large);
await large.stop();
await keep(large, more, 'postgres', (folder) => {
  execFileSync('psql', ['--quiet', '--set=ON_ERROR_STOP=1', '--dbname', cluster.url, '--command', SHRINK]);
  execFileSync('pg_dump', ['--no-owner', '--no-privileges', '--file', join(folder, 'dump.sql'), '--dbname', cluster.url]);
});
await large.remove();
await cluster.stop();
await rm(pwa, { recursive: true });
