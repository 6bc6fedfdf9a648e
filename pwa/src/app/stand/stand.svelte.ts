// The stand's memory while it is open: who stands on it, how far the walk is, what the panes say. Asks the county every two seconds while somebody
// looks, and wakes the panes when something moved.
import { lang } from '@/i18n/area.svelte';
import { originOf, standDoor, type DemoView, type Told, type Walk } from './door';
import { stateIn, suggestionIn, switchedIn, type Order, type PaneId, type PaneState, type Suggestion } from './protocol';
import { current, done, pointed, STEPS, tasks } from './walk';

const ASK_EVERY_MS = 2_000;
const BACK_PATIENCE_MS = 30_000;

export type Trouble = { readonly zh: string; readonly en: string } | 'offline';

export class Stand {
  readonly #door = standDoor();
  #windows: Partial<Record<PaneId, Window>> = {};
  demo = $state.raw<DemoView | 'asking' | 'none' | 'offline'>('asking');
  walk = $state.raw<Walk | null>(null);
  panes = $state.raw<Partial<Record<PaneId, PaneState>>>({});
  /** What the stand wants of the inspector's network. */
  link = $state(true);
  /** Two questions of the drawn site, as its phone names them. */
  suggestion = $state.raw<Suggestion | null>(null);
  busy = $state<'begin' | 'reset' | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  /** Somebody looks at another step than the one to do. */
  peek = $state<number | null>(null);

  /** The board was opened after it fell. */
  looked = $state(false);

  readonly phone = $derived({ link: this.link, waiting: this.panes.inspector?.waiting ?? 0, looked: this.looked });
  readonly done = $derived(done(this.walk, this.phone));
  readonly at = $derived(current(this.walk, this.phone));
  readonly shown = $derived(this.peek ?? this.at);
  readonly step = $derived(STEPS[this.shown] ?? null);
  readonly tasks = $derived(this.step ? tasks(this.step, this.walk, this.phone) : []);
  readonly task = $derived(this.peek === null ? pointed(this.tasks) : null);

  /** Listens and asks until the answer is called. */
  open(): () => void {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const turn = async (): Promise<void> => {
      if (document.visibilityState === 'visible' && this.busy !== 'reset') await this.#look();
      if (!over) timer = setTimeout(() => void turn(), ASK_EVERY_MS);
    };
    const hear = (event: MessageEvent<unknown>): void => this.#hear(event);
    window.addEventListener('message', hear);
    void turn();
    return () => {
      over = true;
      clearTimeout(timer);
      window.removeEventListener('message', hear);
    };
  }

  get #there(): readonly PaneId[] {
    return Object.keys(this.#windows) as PaneId[];
  }

  /** The window of a pane's frame; null when it goes. */
  window(pane: PaneId, frame: Window | null): void {
    const { [pane]: _, ...others } = this.#windows;
    this.#windows = frame ? { ...others, [pane]: frame } : others;
  }

  async begin(): Promise<void> {
    this.busy = 'begin';
    this.trouble = null;
    const told = await this.#door.begin();
    this.busy = null;
    if (told.kind !== 'ok') return void (this.trouble = said(told));
    this.peek = null;
    this.looked = false;
    await this.#look();
  }

  switchLink(on: boolean): void {
    this.link = on;
    this.#send('inspector', { lalian: 'link', on });
  }

  go(pane: PaneId, route: string): void {
    if (route === '/zero') this.looked = true;
    this.#send(pane, { lalian: 'go', route });
  }

  speak(language: 'zh' | 'en'): void {
    for (const pane of this.#there) this.#send(pane, { lalian: 'language', language });
  }

  async reset(): Promise<boolean> {
    this.busy = 'reset';
    this.trouble = null;
    const told = await this.#door.reset();
    if (told.kind !== 'ok') {
      this.busy = null;
      this.trouble = said(told);
      return false;
    }
    this.link = true;
    this.walk = null;
    this.peek = null;
    this.looked = false;
    this.panes = {};
    for (const pane of this.#there) this.#send(pane, { lalian: 'forget' });
    await this.#everybodyBack();
    this.busy = null;
    const fresh = await this.#door.demo();
    if (fresh.kind === 'ok') this.demo = fresh.data;
    await this.#look();
    return true;
  }

  async #everybodyBack(): Promise<void> {
    const until = Date.now() + BACK_PATIENCE_MS;
    while (Date.now() < until && !this.#there.every((pane) => this.panes[pane]?.ready)) await new Promise((next) => setTimeout(next, 200));
  }

  async #look(): Promise<void> {
    if (typeof this.demo === 'string') {
      const told = await this.#door.demo();
      this.demo = told.kind === 'ok' ? told.data : told.kind === 'none' ? 'none' : 'offline';
      if (told.kind !== 'ok') return;
    }
    const told = await this.#door.walk();
    if (told.kind !== 'ok') return;
    const before = this.walk;
    if (JSON.stringify(before) === JSON.stringify(told.data)) return;
    const was = this.at;
    this.walk = told.data;
    if (this.at !== was) this.peek = null;
    for (const pane of this.#there) this.#send(pane, { lalian: 'fresh' });
    if (told.data?.site.id !== before?.site.id) this.suggestion = null;
    if (told.data && told.data.site.id !== before?.site.id) this.#place(told.data);
  }

  #send(pane: PaneId, order: Order): void {
    const demo = this.demo;
    if (typeof demo === 'string') return;
    const url = demo.panes.find((one) => one.pane === pane)?.url;
    if (url) this.#windows[pane]?.postMessage(order, originOf(url));
  }

  #place({ site, checklist_id }: Walk): void {
    // The township goes there too, to repair.
    for (const pane of ['inspector', 'township'] as const) this.#send(pane, { lalian: 'at', site_id: site.id, checklist_id });
  }

  #hear({ origin, source, data }: MessageEvent<unknown>): void {
    const demo = this.demo;
    if (typeof demo === 'string') return;
    const from = demo.panes.find((one) => originOf(one.url) === origin)?.pane;
    if (!from || this.#windows[from] !== source) return;
    if (from === 'inspector') {
      this.suggestion = suggestionIn(data) ?? this.suggestion;
      this.link = switchedIn(data) ?? this.link;
    }
    const state = stateIn(data);
    if (!state) return;
    const fresh = this.panes[from] === undefined;
    this.panes = { ...this.panes, [from]: state };
    if (from === 'inspector' && state.online !== this.link) this.#send('inspector', { lalian: 'link', on: this.link });
    // A pane that has just come knows nothing of the walk.
    if (fresh && from !== 'office' && this.walk) this.#place(this.walk);
    if (fresh) this.#send(from, { lalian: 'language', language: lang() });
  }
}

const said = (told: Exclude<Told<unknown>, { kind: 'ok' }>): Trouble => (told.kind === 'problem' ? { zh: told.zh, en: told.en } : 'offline');
