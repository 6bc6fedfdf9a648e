// The stranger's side of a photo link: a token from the address goes with every request, and nothing else. No account, no cookie, nothing stored here.
import { PROOF } from '@/core/http';
import { API } from '@/core/link';

export interface LinkView {
  readonly title: string;
  readonly place: string | null;
  readonly unit_name: string;
  readonly has_before: boolean;
  /** How many photos it still takes. */
  readonly left: number;
  readonly expires_at: string;
  readonly demo: boolean;
}

export type Look = { readonly kind: 'open'; readonly view: LinkView } | { readonly kind: 'offline' | 'ended' | 'busy' };

/** What became of one request. `ended`: the link is over or never was; nobody is told which. */
export type Sent =
  | { readonly kind: 'sent' }
  | { readonly kind: 'offline' | 'ended' | 'busy' | 'full' | 'too_big' | 'not_photo' }
  | { readonly kind: 'other'; readonly zh: string; readonly en: string };

export interface NewDraft {
  readonly draft_id: string;
  readonly name: string;
  readonly note: string;
  readonly photos: readonly { readonly sha256: string; readonly taken_at: string | null; readonly position: null }[];
}

export interface LinkDoor {
  look(): Promise<Look>;
  /** The picture from before, as an object URL; null when it does not come. */
  before(): Promise<string | null>;
  photo(sha256: string, bytes: Blob): Promise<Sent>;
  draft(draft: NewDraft): Promise<Sent>;
}

/** Asking is quick; a photo may take its time on a mountain. */
const ASK_MS = 20_000;
const SEND_MS = 180_000;
const BEFORE_TRIES = 10;

/** The token behind `#/v/`, or null. It never leaves the fragment but in the one header. */
export const tokenIn = (hash: string): string | null => /^#\/v\/([A-Za-z0-9_-]{20,128})$/.exec(hash)?.[1] ?? null;

type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export function linkDoor(token: string, send: Fetch = (input, init) => fetch(input, init)): LinkDoor {
  async function ask(path: string, init: RequestInit = {}, patience = ASK_MS): Promise<Response | null> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    try {
      const headers = { 'Lalian-Link': token, ...(init.headers as Record<string, string> | undefined) };
      const response = await send(`${API}/village-link${path}`, { ...init, headers, credentials: 'omit', cache: 'no-store', signal: stop.signal });
      // A hotel's or a shop's own page answers with anything but this.
      return response.headers.has(PROOF) ? response : null;
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
  const KINDS: Readonly<Record<number, Exclude<Sent['kind'], 'sent' | 'other'>>> = { 404: 'ended', 409: 'full', 413: 'too_big', 415: 'not_photo', 429: 'busy', 503: 'busy' };
  async function told(response: Response | null): Promise<Sent> {
    if (!response) return { kind: 'offline' };
    if (response.ok) return { kind: 'sent' };
    const kind = KINDS[response.status];
    if (kind) return { kind };
    const problem = (await response.json().catch(() => ({}))) as { readonly title_zh?: string; readonly title_en?: string };
    return { kind: 'other', zh: problem.title_zh ?? '', en: problem.title_en ?? '' };
  }

  return {
    async look() {
      const response = await ask('');
      if (!response) return { kind: 'offline' };
      if (!response.ok) return { kind: response.status === 404 ? 'ended' : 'busy' };
      const body = (await response.json().catch(() => null)) as (Omit<LinkView, 'left'> & { readonly photos_left: number }) | null;
      return body === null ? { kind: 'offline' } : { kind: 'open', view: { ...body, left: body.photos_left } };
    },
    async before() {
      // Its copy for the screen may still be in the making.
      for (let tries = 0; tries < BEFORE_TRIES; tries += 1) {
        const response = await ask('/before');
        if (response?.status === 200) return URL.createObjectURL(await response.blob());
        if (response?.status !== 202) return null;
        await new Promise((done) => setTimeout(done, 2_000));
      }
      return null;
    },
    photo: async (sha256, bytes) => told(await ask(`/photos/${sha256}`, { method: 'PUT', body: bytes, headers: { 'Content-Type': 'application/octet-stream' } }, SEND_MS)),
    draft: async (draft) => told(await ask('/drafts', { method: 'POST', body: JSON.stringify(draft), headers: { 'Content-Type': 'application/json' } })),
  };
}
