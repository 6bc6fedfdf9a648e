// A pane of the demo's stand: the whole app, with its network behind the stand's switch and an ear for the stand. Loaded before the phone opens
// when the page lies in a frame (only the demo's panes may), or was opened as a pane by itself.
import { replace } from 'svelte-spa-router';
import { mount } from 'svelte';
import type { Core, Host } from '@/core';
import { ExamplePlace, forgetDemo, LinkSwitch } from '@/core/stand';
import { chooseLanguage } from '../shell/language';
import AloneSwitch from './AloneSwitch.svelte';
import { originOf, paneAt, standDoor, type DemoView } from './door';
import { orderIn, type Order, type PaneState, type Suggestion, type Switched } from './protocol';
import { suggested } from './walk';

const framed = window.parent !== window;
/** Begin with nothing on this browser. */
const ANEW = '#/pane?anew';

const PHONE_PX = 600;

/** What a page asks that has just come. */
const ASK = 'is it on?';

const link = new LinkSwitch();
/** One phone has one network: its frame on the stand and the pages that were opened alone are the same phone on the same data. */
const beside = new BroadcastChannel('lalian pane link');
const place = new ExamplePlace(() => Date.now());

/** The world of a phone on the stand. One opened by itself has the world as it is, but for the switch at its network. */
export async function paneWorld(host: Host): Promise<Host> {
  if (!framed) {
    // This tab stays a pane when it is loaded anew from another of its screens.
    window.name = 'pane';
    return link.behind(host);
  }
  if (location.hash === ANEW) {
    await forgetDemo(indexedDB).catch(() => false);
    history.replaceState(null, '', '#/pane');
  }
  // What lies in a narrow frame plays a phone, whatever desk it stands on.
  return { ...link.behind(host), geolocation: place, capture: innerWidth < PHONE_PX ? 'phone' : host.capture };
}

/** Keeps the pane's person signed in, and listens to the stand. */
export async function attend(core: Core): Promise<void> {
  const told = await standDoor().demo();
  if (told.kind !== 'ok') return;
  const mine = paneAt(told.data, location.origin);
  if (!mine) return;
  const enter = (): void => {
    // The county was put back while this pane was closed: its session is of the one before.
    if (core.session.kind === 'signed_in' && core.session.link === 'expired') void core.auth.enterPane(mine.person.login);
  };
  core.on('session', enter);
  enter();
  if (framed) talk(core, told.data);
  else if (mine.pane === 'inspector') standAlone();
}

/** Everybody who shows the switch; asked again when it moved. */
const watchers = new Set<() => void>();

function switchTo(on: boolean): boolean {
  if (on === link.on) return false;
  link.set(on);
  stir(on ? 'online' : 'offline');
  for (const watcher of watchers) watcher();
  return true;
}

/** The switch that the stand has above its frame, above the page. */
function standAlone(): void {
  const target = document.createElement('div');
  document.body.prepend(target);
  mount(AloneSwitch, {
    target,
    props: {
      watch: (told: () => void) => {
        watchers.add(told);
        return () => watchers.delete(told);
      },
      isOn: () => link.on,
      onswitch: (on: boolean) => switchTo(on) && beside.postMessage(on),
    },
  });
  beside.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'boolean') switchTo(data);
    else if (data === ASK) beside.postMessage(link.on);
  };
  beside.postMessage(ASK);
}

/** Where the stand says that this phone is; known once the county's sites are here. */
let at: Extract<Order, { lalian: 'at' }> | null = null;

async function arrive(core: Core, stand: string): Promise<void> {
  if (at === null) return;
  const { site_id, checklist_id } = at;
  const site = await core.sites.get(site_id);
  if (site && site.lon !== null && site.lat !== null) place.standAt({ lon: site.lon, lat: site.lat });
  const list = await core.checklists.get(checklist_id);
  const two = list === null ? [] : suggested(list.body.items);
  if (two.length > 0) window.parent.postMessage({ lalian: 'suggest', zh: two.map(({ zh }) => zh), en: two.map(({ en }) => en) } satisfies Suggestion, stand);
}

function talk(core: Core, demo: DemoView): void {
  const stand = originOf(demo.stand);
  const tell = (): void => {
    const { session, sync } = core;
    const signed_in = session.kind === 'signed_in';
    // The office reads its lists from the county; phones carry theirs.
    const ready = signed_in && (session.post?.role === 'office' || sync.last_pull_at !== null);
    const state: PaneState = { lalian: 'state', signed_in, ready, waiting: sync.operations_waiting, online: link.on };
    window.parent.postMessage(state, stand);
  };
  window.addEventListener('message', ({ origin, source, data }: MessageEvent<unknown>) => {
    if (origin !== stand || source !== window.parent) return;
    const order = orderIn(data);
    if (order) void obey(core, order, stand).then(tell);
  });
  beside.onmessage = ({ data: on }: MessageEvent<unknown>) => {
    if (on === ASK) return void beside.postMessage(link.on);
    // The stand has the last word; it hears of the tap before it hears of the state.
    if (typeof on !== 'boolean' || !switchTo(on)) return;
    window.parent.postMessage({ lalian: 'switched', on } satisfies Switched, stand);
    tell();
  };
  core.on('session', tell);
  core.on('sync', tell);
  core.on('changed', (nouns) => nouns.has('sites') && void arrive(core, stand));
  tell();
}

/** Lists of the office ask again, phones pull and send: what a network that comes back means everywhere in the app. */
const stir = (name: 'online' | 'offline'): boolean => window.dispatchEvent(new Event(name));

async function obey(core: Core, order: Order, stand: string): Promise<void> {
  switch (order.lalian) {
    case 'link':
      switchTo(order.on);
      beside.postMessage(order.on);
      return;
    case 'go':
      // The same screen again: what it shows is asked for anew.
      if (location.hash === `#${order.route}`) stir('online');
      else location.hash = `#${order.route}`;
      return;
    case 'fresh':
      if (link.on) stir('online');
      return;
    case 'at':
      at = order;
      return arrive(core, stand);
    case 'language':
      chooseLanguage(order.language);
      return;
    case 'forget':
      await replace('/pane');
      location.replace(ANEW);
      location.reload();
  }
}
