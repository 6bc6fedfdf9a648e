// The demo's own questions: who stands on the stand, how far the walk is, put everything back. Nobody is signed in for them; a county that is not
// the demo answers "not found" to all of them.
import { PROOF } from '@/core/http';
import { API } from '@/core/link';
import { problemAnswer } from '@/core/session.wire';
import type { PaneId } from './protocol';

export interface Pane {
  readonly pane: PaneId;
  readonly url: string;
  readonly person: { readonly name: string; readonly login: string };
  readonly unit_name: string;
}

export interface DemoView {
  readonly county: { readonly name: string };
  /** Origin of the stand. */
  readonly stand: string;
  readonly panes: readonly Pane[];
  readonly made_at: string;
  /** Where phones in the same room reach it; null without `--lan`. */
  readonly lan: { readonly url: string; readonly install_url: string } | null;
}

const DAY_MS = 86_400_000;
/** The county's calendar is eight hours before UTC's. */
const localDay = (at: number): number => Math.floor((at + 8 * 3_600_000) / DAY_MS);

/** How many days of the calendar ago the county was made: yesterday evening is a day ago this morning. */
export const ageOf = (made_at: string, now = Date.now()): number => Math.max(0, localDay(now) - localDay(Date.parse(made_at)));

export type StepName = 'drawn' | 'visited' | 'arrived' | 'repaired' | 'checked' | 'zero';

export interface WalkTicket {
  readonly id: string;
  readonly number: string | null;
  readonly title: string;
  readonly state: string;
}

export interface Walk {
  readonly no: number;
  readonly started_at: string;
  readonly site: { readonly id: string; readonly code: string; readonly name: string; readonly kind_name: string };
  readonly checklist_id: string;
  readonly steps: readonly { readonly step: StepName; readonly done: boolean; readonly at: string | null }[];
  readonly tickets: readonly WalkTicket[];
  readonly open_before: number;
  readonly open_now: number;
}

export type Told<Data> =
  | { readonly kind: 'ok'; readonly data: Data }
  /** Not the demo, or not from here. */
  | { readonly kind: 'none' }
  | { readonly kind: 'offline' }
  | { readonly kind: 'problem'; readonly zh: string; readonly en: string };

type Fetch = (input: string, init: RequestInit) => Promise<Response>;

const ASK_MS = 10_000;
/** Putting back copies a database; a county of an earlier day is made anew, which takes a slow machine a minute or two. */
const RESET_MS = 300_000;

export interface StandDoor {
  demo(): Promise<Told<DemoView>>;
  walk(): Promise<Told<Walk | null>>;
  begin(): Promise<Told<null>>;
  reset(): Promise<Told<null>>;
}

export function standDoor(send: Fetch = (input, init) => fetch(input, init)): StandDoor {
  async function ask<Data>(method: 'GET' | 'POST', path: string, read: (body: unknown) => Data, patience = ASK_MS): Promise<Told<Data>> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    try {
      const response = await send(`${API}/demo${path}`, { method, credentials: 'omit', cache: 'no-store', redirect: 'manual', signal: stop.signal });
      if (!response.headers.has(PROOF)) return { kind: 'offline' };
      const text = await response.text();
      const body: unknown = text === '' ? null : JSON.parse(text);
      if (response.ok) return { kind: 'ok', data: read(body) };
      if (response.status === 404) return { kind: 'none' };
      const words = problemAnswer(body)?.words;
      return words ? { kind: 'problem', ...words } : { kind: 'offline' };
    } catch {
      return { kind: 'offline' };
    } finally {
      clearTimeout(timer);
    }
  }
  return {
    demo: () => ask('GET', '', (body) => body as DemoView),
    walk: () => ask('GET', '/walk', (body) => (body as { readonly walk: Walk | null }).walk),
    begin: () => ask('POST', '/walk', () => null),
    reset: () => ask('POST', '/reset', () => null, RESET_MS),
  };
}

export const originOf = (url: string): string => new URL(url).origin;

/** The pane that lives at this origin. */
export const paneAt = (demo: DemoView, here: string): Pane | null => demo.panes.find((one) => originOf(one.url) === here) ?? null;

export const isStand = (demo: DemoView, here: string): boolean => originOf(demo.stand) === here;
