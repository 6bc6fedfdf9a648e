// Addresses of the county's pictures. An <img> sends no token, so the server signs an address for this person, this photo and this size, good for
// half an hour or more; the browser's own cache then serves what was seen. One request asks for all the pictures of a screen.
import type { ApiResult, Query } from '../api/client';

export type PictureSize = 'thumb' | 'display';

export type Picture =
  | { readonly kind: 'here'; readonly url: string }
  | { readonly kind: 'being_made' | 'on_its_way' | 'no_preview' | 'erased' | 'not_found' | 'offline' };

/** What the browser says of the road; nothing where it does not tell. */
export interface LinkHint {
  readonly saveData?: boolean | undefined;
  readonly effectiveType?: string | undefined;
}

/** The size that a list or a pair asks for on this road. The large one is a tap away. */
export function sizeFor(hint: LinkHint | null): PictureSize {
  const slow = hint?.effectiveType === 'slow-2g' || hint?.effectiveType === '2g';
  return slow || hint?.saveData === true ? 'thumb' : 'display';
}

/** The server's answer at `/photos/addresses`. */
interface Answer {
  readonly good_for_s: number;
  readonly items: readonly { readonly file_id: string; readonly state: string; readonly address: string | null }[];
}

export interface PicturesParts {
  readonly get: (path: string, query: Query) => Promise<ApiResult<Answer>>;
  readonly monotonic: () => number;
  /** Until the screen has named all that it shows. */
  readonly gather: () => Promise<void>;
  /** Whose eyes: person and post. Addresses of somebody else are never used. */
  readonly who: () => string;
}

/** As many as the server signs at once. */
const AT_ONCE = 60;
/** An address is not begun with in its last minute. */
const MARGIN_MS = 60_000;

interface Waiting {
  readonly file_id: string;
  readonly done: (picture: Picture) => void;
}

export class Pictures {
  readonly #parts: PicturesParts;
  readonly #known = new Map<string, { readonly url: string; readonly until: number }>();
  readonly #waiting = new Map<PictureSize, Waiting[]>();
  #who = '';

  constructor(parts: PicturesParts) {
    this.#parts = parts;
  }

  /** The address of a picture, from memory while it is good. */
  async address(file_id: string, size: PictureSize): Promise<Picture> {
    this.#sameEyes();
    const known = this.#known.get(`${size} ${file_id}`);
    if (known && this.#parts.monotonic() < known.until) return { kind: 'here', url: known.url };
    return new Promise((done) => {
      const waiting = this.#waiting.get(size);
      if (waiting) waiting.push({ file_id, done });
      else {
        this.#waiting.set(size, [{ file_id, done }]);
        void this.#parts.gather().then(() => this.#ask(size));
      }
    });
  }

  /** It did not show: the next call asks again. */
  forget(file_id: string, size: PictureSize): void {
    this.#known.delete(`${size} ${file_id}`);
  }

  async #ask(size: PictureSize): Promise<void> {
    const waiting = this.#waiting.get(size) ?? [];
    this.#waiting.delete(size);
    const ids = [...new Set(waiting.map((one) => one.file_id))];
    const found = new Map<string, Picture>();
    for (let at = 0; at < ids.length; at += AT_ONCE) await this.#askFor(ids.slice(at, at + AT_ONCE), size, found);
    for (const { file_id, done } of waiting) done(found.get(file_id) ?? { kind: 'offline' });
  }

  async #askFor(ids: readonly string[], size: PictureSize, found: Map<string, Picture>): Promise<void> {
    const who = this.#parts.who();
    const answer = await this.#parts.get('/photos/addresses', { size, file_ids: ids });
    if (answer.kind !== 'ok' || !Array.isArray(answer.data.items) || who !== this.#parts.who()) return;
    this.#sameEyes();
    const until = this.#parts.monotonic() + answer.data.good_for_s * 1000 - MARGIN_MS;
    for (const { file_id, state, address } of answer.data.items) {
      const picture = pictureOf(state, address);
      found.set(file_id, picture);
      if (picture.kind === 'here') this.#known.set(`${size} ${file_id}`, { url: picture.url, until });
    }
  }

  #sameEyes(): void {
    const who = this.#parts.who();
    if (who === this.#who) return;
    this.#who = who;
    this.#known.clear();
  }
}

function pictureOf(state: string, address: string | null): Picture {
  // Only ever our own pictures, whatever stands there.
  if (state === 'here') return address?.startsWith('/api/v1/pictures/') ? { kind: 'here', url: address } : { kind: 'not_found' };
  if (state === 'being_made' || state === 'on_its_way' || state === 'no_preview' || state === 'erased') return { kind: state };
  return { kind: 'not_found' };
}
