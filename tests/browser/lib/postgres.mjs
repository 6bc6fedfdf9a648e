// A private PostgreSQL for one story: socket only, gone afterwards (tests/src/postgres.rs keeps the one that the Rust stories share).
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DEBIAN = '/usr/lib/postgresql';

/** Debian keeps the server's programs out of the PATH. */
function tool(name) {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(DEBIAN, version, 'bin', name)).find((path) => existsSync(path)) ?? name;
}

/** PostgreSQL refuses to run as root. */
function account() {
  if (process.getuid?.() !== 0) return {};
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Starts a cluster with one empty database: `{ url, stop }`. */
export async function postgres() {
  const folder = await mkdtemp(join(tmpdir(), 'lalian-pgb-'));
  const as = { ...account(), cwd: folder };
  if (as.uid !== undefined) await chown(folder, as.uid, as.gid);
  const data = join(folder, 'data');
  await run(tool('initdb'), ['--username=lalian', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync', '--pgdata', data], as);
  const settings = `-k ${folder} -h '' -c fsync=off -c synchronous_commit=off -c full_page_writes=off`;
  await run(tool('pg_ctl'), ['--pgdata', data, '--log', join(folder, 'log'), '--wait', '--options', settings, 'start'], as);
  await run(tool('createdb'), ['--host', folder, '--username=lalian', 'lalian'], as);
  return {
    url: `postgres://lalian@${encodeURIComponent(folder)}/lalian`,
    stop: async () => {
      await run(tool('pg_ctl'), ['--pgdata', data, '--mode', 'immediate', 'stop'], as);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
