// What counts as ready for the field: facts of the phone and of the page, judged line by line. Pure, so that every line can be tested.
// `bad` lines stop a person on the way out of the door, `advice` lines do not; nothing here ever stops the app.
import type { Readiness } from '@/core';

export type State = 'ok' | 'advice' | 'bad' | 'unknown';
export type Allowed = 'granted' | 'denied' | 'prompt';

/** What only the page knows. */
export interface PageFacts {
  /** The service worker keeps the app. */
  readonly shell: boolean;
  readonly link: 'live' | 'offline' | 'expired';
  readonly ios: boolean;
  readonly installed: boolean;
  readonly browser: Browser;
  readonly camera: Allowed;
  readonly position: Allowed;
  readonly outdated: boolean;
  readonly updateWaits: boolean;
}

export interface Browser {
  readonly name: string;
  readonly known: 'good' | 'bad' | 'unknown';
}

export const LINES = ['shell', 'login', 'write', 'space', 'keep', 'install', 'sites', 'pictures', 'clock', 'camera', 'position', 'browser', 'version', 'unsent'] as const;
export type LineId = (typeof LINES)[number];

const MB = 1e6;
/** A day of 40 visits with 5 photos of 0.9 MB is 180 MB. */
const SPACE_BAD = 300 * MB;
const SPACE_GOOD = 1000 * MB;
const DAY_MS = 86_400_000;
const CLOCK_GOOD_MS = 2 * 60_000;

export function judge(phone: Readiness, page: PageFacts, now: number): Record<LineId, State> {
  const { free_bytes, persisted } = phone.storage;
  const stale = phone.pulled_at === null || now - phone.pulled_at > DAY_MS;
  const safe = persisted === true || page.installed;
  return {
    shell: page.shell ? 'ok' : 'bad',
    login: !phone.credential ? 'bad' : page.link === 'live' ? 'ok' : 'advice',
    write: phone.write_ms === null ? 'bad' : 'ok',
    space: free_bytes === null ? 'unknown' : free_bytes < SPACE_BAD ? 'bad' : free_bytes < SPACE_GOOD ? 'advice' : 'ok',
    // Safari clears what was not put on the home screen after a week; elsewhere a browser that made no promise still keeps it for the day.
    keep: safe ? 'ok' : page.ios ? 'bad' : 'advice',
    install: page.installed ? 'ok' : 'advice',
    sites: phone.sites === 0 || phone.checklists === 0 ? 'bad' : stale ? 'advice' : 'ok',
    pictures: phone.examples.here < phone.examples.all ? 'advice' : 'ok',
    clock: phone.ahead_ms === null ? 'unknown' : Math.abs(phone.ahead_ms) > CLOCK_GOOD_MS ? 'advice' : 'ok',
    camera: permission(page.camera),
    position: permission(page.position),
    browser: page.browser.known === 'good' ? 'ok' : page.browser.known === 'bad' ? 'bad' : 'unknown',
    version: page.outdated ? 'bad' : page.updateWaits ? 'advice' : 'ok',
    unsent: phone.unsent.operations + phone.unsent.files > 0 ? 'advice' : 'ok',
  };
}

const permission = (allowed: Allowed): State => (allowed === 'denied' ? 'bad' : 'ok');

export const isIos = (userAgent: string, touchPoints: number): boolean => /iPhone|iPad|iPod/.test(userAgent) || (userAgent.includes('Macintosh') && touchPoints > 1);
