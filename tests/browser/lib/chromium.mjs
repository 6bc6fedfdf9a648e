// Debian's Chromium, driven by playwright-core, with a camera and a position of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1440, height: 900 };
/** How long anything on a screen may take. */
export const PATIENCE = 30_000;

// Without these Chromium looks for Google's hosts at every start.
const QUIET = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/**
 * A browser profile of its own: what one install on one phone is.
 * @param {{ origin: string | null, viewport?: {width: number, height: number}, position?: {longitude: number, latitude: number, accuracy: number}, locale?: string, folder?: string, sees?: string, blind?: boolean, args?: string[] }} options
 *   `sees` is a film (Y4M) that the camera looks at instead of the browser's own test picture.
 *   `blind` has no camera, as most desks.
 *   `args` are further switches of the browser: what it trusts, how it finds a host.
 *   `folder` keeps the profile, so that a later launch is the same phone after its browser was killed.
 */
export async function phone({ origin, viewport = PHONE, position, locale = 'zh-CN', folder, sees, blind = false, userAgent, args = [] }) {
  const profile = folder ?? (await mkdtemp(join(tmpdir(), 'lalian-profile-')));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [...QUIET, ...args, ...(blind ? [] : CAMERA), ...(sees ? [`--use-file-for-fake-video-capture=${sees}`] : []), ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    viewport,
    deviceScaleFactor: viewport.width < 600 ? 2 : 1,
    hasTouch: viewport.width < 600,
    isMobile: viewport.width < 600,
    locale,
    timezoneId: 'Asia/Shanghai',
    geolocation: position,
    ...(userAgent ? { userAgent } : {}),
  });
  // A browser lends nothing to an address without encryption, whoever asks.
  if (origin) await context.grantPermissions(['geolocation', 'camera'], { origin });
  // A machine that builds beside the tests is slow; what is really missing is still told within a story's own time.
  context.setDefaultTimeout(PATIENCE);
  context.setDefaultNavigationTimeout(2 * PATIENCE);
  const complaints = [];
  const watch = (page) => {
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.stack ?? error}`));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`);
    });
  };
  context.pages().forEach(watch);
  context.on('page', watch);
  return {
    context,
    /** What the page's own code complained about; network errors of an absent signal are not complaints. */
    complaints: () => complaints.filter((text) => !/net::ERR_|Failed to load resource/.test(text)),
    page: async () => context.pages()[0] ?? (await context.newPage()),
    offline: (is) => context.setOffline(is),
    close: async () => {
      await context.close();
      if (!folder) await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Resolves when the service worker controls the page, so that the page works without a signal from here on. */
export async function installed(page) {
  await page.waitForFunction(() => navigator.serviceWorker?.controller != null, null, { timeout: 2 * PATIENCE });
}
