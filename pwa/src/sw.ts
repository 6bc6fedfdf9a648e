/// <reference lib="webworker" />
// The service worker keeps the shell openable without a network and does nothing else. It never answers, caches or looks at /api or
// /.well-known: data has one door (core/), and a worker that guesses about data is how field apps lose it.
import { cleanupOutdatedCaches, createHandlerBoundToURL, precache, matchPrecache } from 'workbox-precaching';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] };

precache(self.__WB_MANIFEST);
cleanupOutdatedCaches();

const shell = createHandlerBoundToURL('/index.html');

/** Left to the network: data, keys, and files that are meant to be fetched fresh. */
const OUTSIDE = /^\/(api|\.well-known)(\/|$)/;

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin || OUTSIDE.test(url.pathname)) return;
  if (request.mode === 'navigate') {
    if (url.pathname === '/' || url.pathname === '/index.html') event.respondWith(shell({ request, url, event }));
    return;
  }
  event.respondWith(matchPrecache(request).then((hit) => hit ?? fetch(request)));
});

// A new version waits until a person taps "update"; nothing changes under a half-filled form.
self.addEventListener('message', (event) => {
  if (event.data === 'update-now') void self.skipWaiting();
});
