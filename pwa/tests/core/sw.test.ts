// The service worker: takes only the build's own files, never touches data, waits for a tap, and can be switched off.
import { createHash } from 'node:crypto';
import { beforeEach, expect, test, vi } from 'vitest';

const revision = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 8);
const ORIGIN = 'https://lalian.test';
const TYPE: Record<string, string> = { html: 'text/html', js: 'text/javascript' };

type Handler = (event: Record<string, unknown>) => void;

/** A browser's caches, small. */
class FakeCaches {
  readonly stores = new Map<string, Map<string, Response>>();
  async open(name: string) {
    const store = this.stores.get(name) ?? new Map<string, Response>();
    this.stores.set(name, store);
    return {
      match: async (path: string) => store.get(path)?.clone(),
      put: async (path: string, response: Response) => void store.set(path, response),
    };
  }
  async match(path: string) {
    for (const store of this.stores.values()) if (store.has(path)) return store.get(path)?.clone();
    return undefined;
  }
  async keys() {
    return [...this.stores.keys()];
  }
  async delete(name: string) {
    return this.stores.delete(name);
  }
}

let caches: FakeCaches;
let served: Map<string, Response | 'cut'>;
let asked: string[];
let unregistered: number;
let skipped: number;
let shown: { title: string; options: NotificationOptions }[];
let windows: string[][];
let opened: string[];

beforeEach(() => {
  caches = new FakeCaches();
  served = new Map();
  asked = [];
  unregistered = 0;
  skipped = 0;
  shown = [];
  windows = [];
  opened = [];
});

function serve(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    served.set(path, new Response(text, { headers: { 'Content-Type': TYPE[path.split('.').pop() ?? ''] ?? 'text/plain' } }));
  }
}

/** Loads the worker built from these files; gives back its handlers. */
async function worker(files: Record<string, string>): Promise<(name: string, event?: Record<string, unknown>) => Promise<Response | undefined>> {
  const handlers = new Map<string, Handler>();
  const self = {
    __WB_MANIFEST: Object.entries(files).map(([path, text]) => ({ url: path.slice(1), revision: revision(text) })),
    location: { origin: ORIGIN },
    addEventListener: (name: string, handler: Handler) => handlers.set(name, handler),
    clients: {
      claim: async () => undefined,
      matchAll: async () => windows.map((did) => ({ focus: async () => did.push('focus'), navigate: async (url: string) => did.push(url) })),
      openWindow: async (url: string) => void opened.push(url),
    },
    registration: { unregister: async () => ++unregistered, showNotification: async (title: string, options: NotificationOptions) => void shown.push({ title, options }) },
    skipWaiting: async () => ++skipped,
  };
  vi.stubGlobal('self', self);
  vi.stubGlobal('caches', caches);
  vi.stubGlobal('fetch', async (input: string | Request) => {
    const path = typeof input === 'string' ? input : new URL(input.url).pathname;
    asked.push(path);
    const answer = served.get(path);
    if (answer === 'cut') throw new TypeError('network');
    return answer?.clone() ?? new Response('', { status: 404 });
  });
  vi.resetModules();
  await import('../../src/sw');
  return async (name, event = {}) => {
    const waits: Promise<unknown>[] = [];
    let answer: Promise<Response> | undefined;
    handlers.get(name)?.({ ...event, waitUntil: (p: Promise<unknown>) => waits.push(p), respondWith: (p: Promise<Response>) => (answer = p) });
    const response = await answer;
    await Promise.all(waits);
    return response;
  };
}

const request = (path: string, mode = 'cors') => {
  const made = new Request(ORIGIN + path);
  Object.defineProperty(made, 'mode', { value: mode });
  return { request: made };
};

const BUILD = { '/index.html': '<html>1</html>', '/assets/a.js': 'a()' };

test('after the install the shell opens without a network', async () => {
  serve(BUILD);
  const run = await worker(BUILD);
  await run('install');
  await run('activate');
  served.clear();
  for (const path of ['/', '/index.html']) expect(await (await run('fetch', request(path, 'navigate')))?.text()).toBe('<html>1</html>');
  expect(await (await run('fetch', request('/assets/a.js')))?.text()).toBe('a()');
});

test('it never answers for data, keys, other hosts, writes or unknown paths', async () => {
  serve(BUILD);
  const run = await worker(BUILD);
  await run('install');
  for (const path of ['/api/v1/tickets', '/api/', '/.well-known/jwks.json', '/assets/other.js', '/exports/x.xlsx']) {
    expect(await run('fetch', request(path)), path).toBeUndefined();
  }
  expect(await run('fetch', request('/api/v1/photos/x', 'navigate'))).toBeUndefined();
  expect(await run('fetch', { request: new Request('https://elsewhere.test/index.html') })).toBeUndefined();
  expect(await run('fetch', { request: new Request(`${ORIGIN}/index.html`, { method: 'POST' }) })).toBeUndefined();
});

const WRONG: Record<string, Response | 'cut'> = {
  'a captive portal page': new Response('<html>login</html>', { headers: { 'Content-Type': 'text/html' } }),
  'other bytes': new Response('b()', { headers: { 'Content-Type': 'text/javascript' } }),
  'a missing file': new Response('', { status: 404 }),
  'a cut line': 'cut',
};
for (const [name, answer] of Object.entries(WRONG)) {
  test(`${name} in place of a file installs nothing, and the next try goes on`, async () => {
    serve(BUILD);
    served.set('/assets/a.js', answer);
    const run = await worker(BUILD);
    await expect(run('install')).rejects.toThrow();
    serve(BUILD);
    await run('install');
    expect(await (await run('fetch', request('/assets/a.js')))?.text()).toBe('a()');
  });
}

test('a new build fetches only what changed, waits for the tap, then drops the old', async () => {
  serve(BUILD);
  const first = await worker(BUILD);
  await first('install');
  await first('activate');
  asked.length = 0;
  const next = { ...BUILD, '/index.html': '<html>2</html>' };
  serve(next);
  const second = await worker(next);
  await second('install');
  expect(asked).toEqual(['/index.html']);
  expect(skipped).toBe(0);
  expect(caches.stores.size).toBe(2);
  await second('message', { data: 'anything' });
  expect(skipped).toBe(0);
  await second('message', { data: 'update-now' });
  expect(skipped).toBe(1);
  await second('activate');
  expect(caches.stores.size).toBe(1);
  served.clear();
  expect(await (await second('fetch', request('/', 'navigate')))?.text()).toBe('<html>2</html>');
});

test('the kill switch takes the worker away and nothing else; any other answer does not', async () => {
  serve(BUILD);
  caches.stores.set('somebody else', new Map());
  for (const [body, status, gone] of [['<html>off</html>', 200, 0], ['off', 404, 0], ['off', 200, 1]] as const) {
    const run = await worker(BUILD);
    await run('install');
    served.set('/sw-off', new Response(body, { status }));
    await run('fetch', request('/', 'navigate'));
    expect(unregistered, body).toBe(gone);
  }
  expect([...caches.stores.keys()]).toEqual(['somebody else']);
});

test('the switch is asked for at most once an hour', async () => {
  serve(BUILD);
  const run = await worker(BUILD);
  await run('install');
  for (let i = 0; i < 3; i++) await run('fetch', request('/', 'navigate'));
  expect(asked.filter((path) => path === '/sw-off')).toHaveLength(1);
});

const policy = (frames: string): Response => new Response('<html>1</html>', { headers: { 'Content-Type': 'text/html', 'Content-Security-Policy': `frame-ancestors ${frames}` } });
const policyOf = (response: Response | undefined): string | null | undefined => response?.headers.get('Content-Security-Policy');

test('a framed page comes with the policy of the moment, and without a network with the one that was kept', async () => {
  serve(BUILD);
  served.set('/index.html', policy("'none'"));
  const run = await worker(BUILD);
  await run('install');
  served.set('/', policy('http://stand.test'));
  const framed = request('/', 'navigate');
  Object.defineProperty(framed.request, 'destination', { value: 'iframe' });
  expect(policyOf(await run('fetch', framed))).toBe('frame-ancestors http://stand.test');
  expect(policyOf(await run('fetch', request('/', 'navigate')))).toBe("frame-ancestors 'none'");
  served.set('/', 'cut');
  expect(policyOf(await run('fetch', framed))).toBe("frame-ancestors 'none'");
});

test('a page is never taken over from an earlier build: its policy may be another by now', async () => {
  serve(BUILD);
  await (await worker(BUILD))('install');
  served.set('/index.html', policy('http://stand.test'));
  const next = { ...BUILD, '/assets/b.js': 'b()' };
  served.set('/assets/b.js', new Response('b()', { headers: { 'Content-Type': 'text/javascript' } }));
  const run = await worker(next);
  await run('install');
  await run('activate');
  expect(policyOf(await run('fetch', request('/', 'navigate')))).toBe('frame-ancestors http://stand.test');
});

test('a push says that something waits, reads nothing of what it was sent, and asks the server nothing', async () => {
  vi.stubGlobal('navigator', { language: 'zh-CN' });
  const run = await worker(BUILD);
  const data = { text: () => expect.unreachable(), json: () => expect.unreachable() };
  await run('push', { data });
  await run('push', { data: null });
  expect(shown.map(({ title, options }) => [title, options.body, options.tag])).toEqual([
    ['拉练通', '有新的待办', 'inbox'],
    ['拉练通', '有新的待办', 'inbox'],
  ]);
  expect(asked).toEqual([]);
  vi.unstubAllGlobals();
});

test('a tap on it opens the inbox in the app that is open, else in a new window', async () => {
  const run = await worker(BUILD);
  let closed = 0;
  const notification = { close: () => ++closed };
  await run('notificationclick', { notification });
  expect(opened).toEqual(['/#/inbox']);
  windows = [[], []];
  await run('notificationclick', { notification });
  expect([opened.length, windows, closed]).toEqual([1, [['focus', '/#/inbox'], []], 2]);
});
