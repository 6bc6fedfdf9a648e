// The real program with the demo county: started, stopped, killed and started again on the same data and port.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
/** The front end as it was built last. */
export const BUILT = join(ROOT, 'pwa/dist');
const ROLES = ['platform_admin', 'office', 'inspector', 'department', 'county_leader', 'main_leader', 'deputy_leader', 'desk_officer', 'village_cadre'];

/** The binary: LALIAN_BIN, or what cargo built last. */
export function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');
  const found = [process.env.LALIAN_BIN, join(target, 'debug/lalian'), join(target, 'release/lalian')].find((path) => path && existsSync(path));
  if (!found) throw new Error('the program is not built; run: cargo build -p lalian');
  return found;
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Nothing of a test leaves the machine. */
const QUIET = ['--outgoing', 'off'];

/**
 * A demo county of its own in a temporary folder. `database` is another database's URL, `pwa` another build of the front end.
 * `more` stands behind the other arguments. Stories make their own work; `lived_in` is the county with the quarter that a person who starts the demo finds.
 */
export async function demo({ database, pwa, lived_in = false, more = [] } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'lalian-demo-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = [];
  const logins = [];
  const where = ['--data', folder, ...(database ? ['--database', database] : [])];
  let child;

  async function start() {
    // The front end as `npm run build` left it: a test does not build.
    const built = pwa ?? BUILT;
    if (!existsSync(join(built, 'index.html'))) throw new Error('the front end is not built; run: npm --prefix pwa run build');
    child = spawn(binary(), ['demo', ...(lived_in ? [] : ['--empty']), '--bind', `127.0.0.1:${port}`, '--pwa', built, ...QUIET, ...more, ...where], { cwd: ROOT, env: environment() });
    child.ended = new Promise((done) => child.once('exit', done));
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop();
        for (const line of lines) {
          log.push(line);
          const login = loginIn(line);
          if (login) logins.push(login);
        }
      });
    }
    // A quarter of example work takes its time in a debug build on a busy machine; a program that ends is noticed at once.
    const deadline = Date.now() + 300_000;
    while (!(await ready(url))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`the program did not start:\n${log.join('\n')}`);
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async function stop(signal = 'SIGTERM') {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await child.ended;
  }

  await start();
  return {
    url,
    /** Where its database and files lie. */
    folder,
    log,
    /** The people of a role, in the order in which they were printed: { role, login, password }. */
    logins: (role) => logins.filter((login) => login.role === role),
    login: (role, index = 0) => {
      const found = logins.filter((login) => login.role === role)[index];
      if (!found) throw new Error(`the demo printed no ${role} number ${index}:\n${log.join('\n')}`);
      return found;
    },
    /** `lalian import KIND FILE` into this county. */
    import: async (kind, file) => {
      const data = ['--data', folder, ...(database ? ['--database', database] : [])];
      const child = spawn(binary(), ['import', ...data, kind, file], { cwd: ROOT });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
      const code = await new Promise((done) => child.once('exit', done));
      if (code !== 0) throw new Error(said);
    },
    stop,
    /** Runs another command of the program on the same data, while it is stopped. */
    run: async (...command) => {
      const done = spawn(binary(), [...command, ...where], { cwd: ROOT, env: environment() });
      let said = '';
      for (const stream of [done.stdout, done.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
      const code = await new Promise((ended) => done.once('close', ended));
      if (code !== 0) throw new Error(`lalian ${command.join(' ')}: ${said}`);
    },
    kill: () => stop('SIGKILL'),
    start,
    remove: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const environment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LALIAN_')));

/** The program on an empty database, as somebody begins with it; `admin` is the link that opens the first account. */
export async function empty() {
  const folder = await mkdtemp(join(tmpdir(), 'lalian-empty-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const said = [];
  const call = async (...command) => {
    const done = spawn(binary(), [...command, '--data', folder], { cwd: ROOT, env: environment() });
    const words = [];
    for (const stream of [done.stdout, done.stderr]) stream.setEncoding('utf8').on('data', (text) => words.push(text));
    if ((await new Promise((ended) => done.once('close', ended))) !== 0) throw new Error(`lalian ${command.join(' ')}: ${words.join('')}`);
    return words.join('');
  };
  if (!existsSync(join(BUILT, 'index.html'))) throw new Error('the front end is not built; run: npm --prefix pwa run build');
  await call('migrate');
  const made = await call('user', '--public-url', url, 'add', 'admin', '--name', '系统管理员', '--role', 'platform_admin');
  const child = spawn(binary(), ['serve', '--bind', `127.0.0.1:${port}`, '--public-url', url, '--pwa', BUILT, ...QUIET, '--data', folder], { cwd: ROOT, env: environment() });
  const ended = new Promise((done) => child.once('exit', done));
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => said.push(text));
  const remove = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for (const deadline = Date.now() + 60_000; !(await ready(url)); await new Promise((done) => setTimeout(done, 50))) {
    if (child.exitCode === null && Date.now() < deadline) continue;
    await remove();
    throw new Error(`the program did not start:\n${said.join('')}`);
  }
  return { url, folder, admin: /https?:\/\/\S+#\/signin\S+/.exec(made)[0], remove };
}

async function ready(url) {
  try {
    return (await fetch(`${url}/api/v1/health`)).ok;
  } catch {
    return false;
  }
}

/** A line such as `检查人员  inspector  …  login  password`. */
function loginIn(line) {
  const words = line.trim().split(/\s+/);
  const role = words.find((word) => ROLES.includes(word));
  const [login, password] = words.slice(-2);
  return role && password ? { role, login, password } : null;
}
