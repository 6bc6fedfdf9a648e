// The service worker keeps the shell openable without a network and does nothing else. It never answers, caches or looks at /api or
// /.well-known: data has one door (core/), and a worker that guesses about data is how field apps lose it.
// What it keeps is what the build made: every file is checked by type and hash before it is taken, so neither a captive portal's page nor a
// cut download becomes part of the app. A new version is fetched whole, waits, and takes over when a person taps.
// A push is a knock: it carries nothing, asks nothing of the server and says only that something waits; what it is stands behind the sign-in.

/** One file of the build; `revision` is the start of its SHA-256 in base64url (written by vite.config.ts). */
interface Entry {
  readonly url: string;
  readonly revision: string;
}

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: readonly Entry[] };

const FILES = new Map<string, string>(self.__WB_MANIFEST.map(({ url, revision }) => [`/${url}`, revision]));
const REVISION_LENGTH = 8;
const PREFIX = 'shell ';
/** A build is named by what it consists of: the same build never installs twice. */
const CACHE = PREFIX + fnv([...FILES].join());
const SHELL = '/index.html';
const AT_ONCE = 6;

/** Left to the network: data, keys, and whatever is meant to be fetched fresh. */
const OUTSIDE = /^\/(api|\.well-known)(\/|$)/;

const TYPES: Readonly<Record<string, RegExp>> = {
  js: /javascript/,
  css: /^text\/css/,
  html: /^text\/html/,
  svg: /^image\/svg/,
  png: /^image\/png/,
  webmanifest: /json/,
};

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin || OUTSIDE.test(url.pathname)) return;
  if (request.mode === 'navigate') {
    if (url.pathname !== '/' && url.pathname !== SHELL) return;
    // Who may frame a page is said by the headers of the moment, not by those that were kept: a framed one is asked for first.
    const framed = request.destination === 'iframe';
    event.respondWith(framed ? fetch(request).catch(() => kept(SHELL, request)) : kept(SHELL, request));
    event.waitUntil(obeyKillSwitch());
  } else if (FILES.has(url.pathname)) event.respondWith(kept(url.pathname, request));
});

self.addEventListener('message', (event) => {
  // Kept alive until it is let in: on a busy phone the browser may put it to sleep before.
  if (event.data === 'update-now') event.waitUntil(self.skipWaiting());
});

const INBOX = '/#/inbox';

/** One tag: however many knocks come, a person finds one line, and a second knock before it was read makes no second sound. */
self.addEventListener('push', (event) => {
  const zh = navigator.language.startsWith('zh');
  event.waitUntil(self.registration.showNotification(zh ? '拉练通' : 'Lalian', { body: zh ? '有新的待办' : 'Something new waits for you', tag: 'inbox', icon: '/icons/icon-192.png' }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openInbox());
});

async function openInbox(): Promise<void> {
  const [open] = await self.clients.matchAll({ type: 'window' });
  if (!open) return void (await self.clients.openWindow(INBOX));
  await open.focus();
  // Only the part behind # changes: the page stays, and with it what is half written.
  await open.navigate(INBOX);
}

function fnv(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  return (hash >>> 0).toString(16);
}

async function kept(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

/** Fetches what is new and takes over what an earlier build already had. One wrong file and nothing is installed; the old version stays. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  const left = [...FILES];
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) {
      const [path, revision] = next;
      if (await cache.match(path)) continue;
      // A page comes with the policy it was served under, so it is never taken over from an earlier build.
      const known = path.endsWith('.html') ? undefined : await caches.match(path);
      await cache.put(path, known && (await hashOf(known.clone())) === revision ? known : await fetched(path, revision));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function fetched(path: string, revision: string): Promise<Response> {
  const response = await fetch(path, { cache: 'no-cache', redirect: 'error', credentials: 'omit' });
  const type = TYPES[path.slice(path.lastIndexOf('.') + 1)];
  if (!response.ok || !type?.test(response.headers.get('content-type') ?? '')) throw new Error(`${path}: not the file`);
  if ((await hashOf(response.clone())) !== revision) throw new Error(`${path}: not this build's`);
  return response;
}

async function hashOf(response: Response): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()));
  const text = btoa(String.fromCharCode(...digest)).replaceAll('+', '-').replaceAll('/', '_');
  return text.slice(0, REVISION_LENGTH);
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

const ASK_EVERY_MS = 3_600_000;
let askedAt = 0;

/**
 * The way out when a released worker turns out to be bad: a file `sw-off` with the word "off" on the server makes every worker delete its caches
 * and itself at the next start. Work on the phone (IndexedDB) is not touched.
 */
async function obeyKillSwitch(): Promise<void> {
  if (Date.now() - askedAt < ASK_EVERY_MS) return;
  askedAt = Date.now();
  try {
    const response = await fetch('/sw-off', { cache: 'no-store', redirect: 'error', credentials: 'omit' });
    if (!response.ok || (await response.text()).trim() !== 'off') return;
  } catch {
    return;
  }
  for (const name of await caches.keys()) if (name.startsWith(PREFIX)) await caches.delete(name);
  await self.registration.unregister();
}

export {};
