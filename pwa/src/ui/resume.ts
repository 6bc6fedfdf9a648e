// Going on where one was when the phone ended the page: small phones do so while their camera app is open. What was typed lies in the draft; here
// is only the way back to the sheet it belonged to.
import { replace } from 'svelte-spa-router';
import type { Resume } from '@/core';
import { core } from '@/app/shell/core.svelte';

export interface Taking {
  readonly draft_id: string;
  readonly role: string;
  readonly item_path: string | null;
  readonly instance_key: string;
}

let earlier: Promise<Resume | null> | null = null;

/** What an earlier life of this page left behind; read once, before this life writes its own. */
export function earlierLife(): Promise<Resume | null> {
  earlier ??= core()
    .aids()
    .then((aids) => aids?.resume() ?? null)
    .catch(() => null);
  return earlier;
}

/** The first screen calls this: an app that was started anew goes back to the camera it had left. */
export async function goBack(): Promise<void> {
  const kept = await earlierLife();
  if (kept?.left && (location.hash === '' || location.hash === '#/')) await replace(kept.route);
}

/** The address of this screen with the camera that is open on it, so that a reload opens it again; a visit itself knows its open fault. */
function routeOf({ role }: Taking): string {
  const path = location.hash.replace(/^#/, '').replace(/\?.*$/, '') || '/';
  return `${path}?take=${role}`;
}

const sheetOf = ({ role, item_path, instance_key }: Taking): string => JSON.stringify([role, item_path, instance_key]);

let owner: symbol | null = null;

/** Remembers this camera sheet until it closes. One at a time: the one used last. */
export class Way {
  readonly #me = Symbol();
  readonly #taking: Taking;
  #route = '';

  constructor(taking: Taking) {
    this.#taking = taking;
  }

  /** True when an earlier life of the page ended on this sheet. */
  async came(): Promise<'left' | 'reload' | null> {
    const kept = await earlierLife();
    if (kept?.draft_id !== this.#taking.draft_id || kept.sheet !== sheetOf(this.#taking)) return null;
    // Said once.
    earlier = Promise.resolve(null);
    return kept.left ? 'left' : 'reload';
  }

  async hold(left: boolean): Promise<void> {
    await earlierLife();
    owner = this.#me;
    this.#route = routeOf(this.#taking);
    // Not a navigation: the router need not know.
    history.replaceState(history.state, '', `#${this.#route}`);
    await (await core().aids())?.remember({ route: this.#route, draft_id: this.#taking.draft_id, sheet: sheetOf(this.#taking), left });
  }

  async release(): Promise<void> {
    if (owner !== this.#me) return;
    owner = null;
    if (location.hash === `#${this.#route}`) history.replaceState(history.state, '', `#${this.#route.replace(/\?.*$/, '')}`);
    await (await core().aids())?.forget();
  }
}
