// What the stand and its panes say to each other across their origins. Each side takes only what fits, from the one window and origin it expects.

export type PaneId = 'inspector' | 'township' | 'office';

/** From the stand to a pane. */
export type Order =
  /** The pane's network. */
  | { readonly lalian: 'link'; readonly on: boolean }
  /** Opens a screen. */
  | { readonly lalian: 'go'; readonly route: string }
  /** Something happened in another pane: ask the county now and not in a minute. */
  | { readonly lalian: 'fresh' }
  /** The phone stands at this site, which has this checklist. */
  | { readonly lalian: 'at'; readonly site_id: string; readonly checklist_id: string }
  | { readonly lalian: 'language'; readonly language: 'zh' | 'en' }
  /** The county was put back as it was made: everything here is of the one before. */
  | { readonly lalian: 'forget' };

/** From a pane to the stand, whenever something of it changes. */
export interface PaneState {
  readonly lalian: 'state';
  readonly signed_in: boolean;
  /** What this post works with lies here: from now on it does without a network. */
  readonly ready: boolean;
  /** Sealed on this phone and not with the county. */
  readonly waiting: number;
  readonly online: boolean;
}

/** From the inspector's pane: two questions of the drawn site whose faults go the whole way. */
export interface Suggestion {
  readonly lalian: 'suggest';
  readonly zh: readonly string[];
  readonly en: readonly string[];
}

/** From a phone's pane: its network was switched on a page of the same phone that lies beside the stand. */
export interface Switched {
  readonly lalian: 'switched';
  readonly on: boolean;
}

const ROUTE = /^\/[A-Za-z0-9/_?=&.-]*$/;
const ID = /^[0-9a-f-]{36}$/;

const fields = (value: unknown): Readonly<Record<string, unknown>> | null => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null);

const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);
const areTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.length <= 2 && value.every((one) => typeof one === 'string' && one.length <= 200);

export function orderIn(data: unknown): Order | null {
  const said = fields(data);
  switch (said?.['lalian']) {
    case 'link':
      return typeof said['on'] === 'boolean' ? { lalian: 'link', on: said['on'] } : null;
    case 'go':
      return typeof said['route'] === 'string' && ROUTE.test(said['route']) ? { lalian: 'go', route: said['route'] } : null;
    case 'at':
      return isId(said['site_id']) && isId(said['checklist_id']) ? { lalian: 'at', site_id: said['site_id'], checklist_id: said['checklist_id'] } : null;
    case 'language':
      return said['language'] === 'zh' || said['language'] === 'en' ? { lalian: 'language', language: said['language'] } : null;
    case 'fresh':
      return { lalian: 'fresh' };
    case 'forget':
      return { lalian: 'forget' };
    default:
      return null;
  }
}

export function stateIn(data: unknown): PaneState | null {
  const said = fields(data);
  if (said?.['lalian'] !== 'state') return null;
  const { signed_in, ready, waiting, online } = said;
  if (typeof signed_in !== 'boolean' || typeof ready !== 'boolean' || typeof waiting !== 'number' || !Number.isSafeInteger(waiting) || waiting < 0 || typeof online !== 'boolean') return null;
  return { lalian: 'state', signed_in, ready, waiting, online };
}

export function suggestionIn(data: unknown): Suggestion | null {
  const said = fields(data);
  if (said?.['lalian'] !== 'suggest') return null;
  const { zh, en } = said;
  return areTexts(zh) && areTexts(en) ? { lalian: 'suggest', zh, en } : null;
}

/** Null when nothing was switched. */
export function switchedIn(data: unknown): boolean | null {
  const said = fields(data);
  return said?.['lalian'] === 'switched' && typeof said['on'] === 'boolean' ? said['on'] : null;
}
