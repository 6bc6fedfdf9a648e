/// <reference types="vitest/config" />
// One build for every role: a small shell at once, each role's screens only when that role opens them.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

/** Oldest browsers that get the app (decisions.md 1); older ones get old.html, plain http:// gets plain.html. */
const BROWSER_FLOOR = ['chrome100', 'safari16.4'];

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: string };

/** Leaflet asks for SVG by writing markup when it loads, which the page's Trusted Types forbid; a made element asks the same question. */
const leafletWithoutMarkup: Plugin = {
  name: 'leaflet-without-markup',
  transform: {
    filter: { id: /leaflet-src\.esm\.js$/ },
    handler(code) {
      const asked = "div.innerHTML = '<svg/>';";
      if (!code.includes(asked)) this.error('Leaflet changed: look again at how it detects SVG');
      return { code: code.replace(asked, "div.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));"), map: null };
    },
  },
};

interface Graph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/** Everything that these files pull in by themselves, without a dynamic import. */
function pulledIn(graph: Graph, files: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (id: string): void => {
    if (found.has(id)) return;
    found.add(id);
    for (const next of graph.getModuleInfo(id)?.importedIds ?? []) visit(next);
  };
  for (const file of files) visit(source(file));
  return found;
}

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/**
 * What every role loads before its first screen is one file, the shell with the parts that all first screens share: small files compress badly
 * and each costs a round trip.
 */
function together(): (id: string, graph: Graph) => string | null {
  let shell: ReadonlySet<string> | null = null;
  let roles: readonly ReadonlySet<string>[] = [];
  const entry = source('app/main.ts');
  return (id, graph) => {
    // Stays by itself: the page names it.
    if (id === entry || id.endsWith('.html')) return null;
    shell ??= pulledIn(graph, ['app/main.ts']);
    if (roles.length === 0) roles = ['inspector', 'township', 'office'].map((role) => pulledIn(graph, [`app/${role}/entry.ts`]));
    // A switch of the framework that old components turn is one line; a file of its own costs more.
    const everywhere = shell.has(id) || roles.every((role) => role.has(id)) || id.includes('/svelte/src/internal/flags/');
    return everywhere ? 'start' : null;
  };
}

/** Small parts of screens that more than one role shows are one file too; what takes photos, draws maps or reads codes stays by itself. */
const APART = /\/ui\/(Photo(Taker|Strip)|Viewfinder|DrawOver|VoiceNote|PinMap|Examples|drawing|recorder|resume|ghost|lens|camera|compass|qr-reader|PlaceLine)/;

/**
 * Parts that desk and township both load with their first screens, in two files: what screens are made of, and what is shown of a ticket. An
 * inspector's start gets neither; what it needs of them lies in the first file, which every role loads.
 */
function parts(): (id: string, graph: Graph) => string | null {
  let first: ReadonlySet<string> | null = null;
  let desk: ReadonlySet<string> = new Set();
  let township: ReadonlySet<string> = new Set();
  let shell: ReadonlySet<string> = new Set();
  return (id, graph) => {
    if (first === null) {
      shell = pulledIn(graph, ['app/main.ts']);
      desk = pulledIn(graph, ['app/office/entry.ts']);
      township = pulledIn(graph, ['app/township/entry.ts']);
      first = pulledIn(graph, ['app/inspector/entry.ts']);
    }
    if (!desk.has(id) || !township.has(id) || shell.has(id) || first.has(id) || APART.test(id)) return null;
    return id.includes('/src/app/') || id.includes('/src/i18n/') ? 'ticket' : 'parts';
  };
}

/** 48 bits of the file's SHA-256: no accident hits them, TLS keeps strangers away, and 300 of them still fit the worker's budget. */
function revision(file: string): string {
  const bytes = readFileSync(new URL(`./dist/${file}`, import.meta.url));
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 8);
}

export default defineConfig({
  define: { __APP_VERSION__: JSON.stringify(version) },
  resolve: {
    alias: [
      { find: '@', replacement: fileURLToPath(new URL('./src', import.meta.url)) },
      // Its package.json names only the old bundle; the modules can be cut to what is used.
      { find: /^leaflet$/, replacement: 'leaflet/dist/leaflet-src.esm.js' },
    ],
  },
  build: {
    target: BROWSER_FLOOR,
    cssTarget: BROWSER_FLOOR,
    // The policy `default-src 'none'` allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: together() }, { name: parts() }] } } },
    manifest: true,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080', '/.well-known': 'http://127.0.0.1:8080' } },
  worker: { format: 'es' },
  plugins: [
    svelte(),
    leafletWithoutMarkup,
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      injectRegister: false,
      manifest: false,
      injectManifest: {
        target: BROWSER_FLOOR,
        globPatterns: ['**/*.{js,css,html,svg,png,webmanifest,woff2}'],
        // The office's charts are big and the office is never offline: they load when asked for.
        // Example pictures of the starter checklists go to the server once, when a county is set up.
        globIgnores: ['**/echarts*', 'assets/{exit,extinguisher,food,stop_sign}_*.png', 'old.html', 'plain.html', 'gate.js'],
        maximumFileSizeToCacheInBytes: 1_000_000,
        // The worker checks every file against this before it keeps it.
        manifestTransforms: [(entries) => ({ manifest: entries.map((entry) => ({ ...entry, revision: revision(entry.url) })), warnings: [] })],
      },
    }),
  ],
  test: {
    environment: 'node',
    include: ['tests/**/*.test.ts'],
    testTimeout: 120_000,
  },
});
