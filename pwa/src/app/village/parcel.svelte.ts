// What somebody of the village is about to send: photos, a name, a note. Each photo is sent once, however often "send" is tapped.
import { sha256 } from '@/core/bytes';
import { lang } from '@/i18n/area.svelte';
import type { LinkDoor, Sent } from './link';
import { fitting } from './shrink';

export interface Chosen {
  readonly id: number;
  readonly file: File;
  readonly url: string;
  /** Its hash, once the county has it. */
  readonly sent: string | null;
}

export type Trouble =
  | { readonly kind: 'too_big' | 'not_photo'; readonly no: number }
  | { readonly kind: 'offline' | 'busy' }
  | { readonly kind: 'other'; readonly text: string | null };

export class Parcel {
  photos = $state.raw<readonly Chosen[]>([]);
  name = $state('');
  note = $state('');
  most = $state(0);
  busy = $state(false);
  /** Which photo is on its way, from 1; null while the rest is handed over. */
  sending = $state<number | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  readonly #door: LinkDoor;
  #last = 0;
  /** Made once: sending again after a lost answer is sending the same. */
  #draft_id: string = crypto.randomUUID();

  constructor(door: LinkDoor) {
    this.#door = door;
  }

  add(files: readonly File[]): void {
    const room = Math.max(0, this.most - this.photos.length);
    const made = files.slice(0, room).map((file) => ({ id: ++this.#last, file, url: URL.createObjectURL(file), sent: null }));
    this.photos = [...this.photos, ...made];
    this.trouble = null;
  }

  remove(id: number): void {
    for (const photo of this.photos) if (photo.id === id) URL.revokeObjectURL(photo.url);
    this.photos = this.photos.filter((photo) => photo.id !== id);
    this.trouble = null;
  }

  /** For another parcel by the same person. */
  clear(): void {
    for (const photo of this.photos) URL.revokeObjectURL(photo.url);
    this.photos = [];
    this.note = '';
    this.trouble = null;
    this.#draft_id = crypto.randomUUID();
  }

  async send(): Promise<'done' | 'ended' | 'stays'> {
    if (this.busy) return 'stays';
    this.busy = true;
    this.trouble = null;
    try {
      for (const [i, photo] of this.photos.entries()) {
        if (photo.sent !== null) continue;
        this.sending = i + 1;
        const end = await this.#photo(photo, i + 1);
        if (end !== 'done') return end;
      }
      this.sending = null;
      return this.#told(await this.#door.draft({ draft_id: this.#draft_id, name: this.name.trim(), note: this.note.trim(), photos: this.photos.map(({ sent, file }) => ({ sha256: sent ?? '', taken_at: takenAt(file), position: null })) }), 0);
    } finally {
      this.busy = false;
      this.sending = null;
    }
  }

  async #photo(photo: Chosen, no: number): Promise<'done' | 'ended' | 'stays'> {
    const bytes = await fitting(photo.file);
    if (!bytes) {
      this.trouble = { kind: 'too_big', no };
      return 'stays';
    }
    const hash = await sha256(await bytes.arrayBuffer()).catch(() => null);
    // The album took it back, or the phone ran out of memory.
    if (hash === null) {
      this.trouble = { kind: 'not_photo', no };
      return 'stays';
    }
    const end = this.#told(await this.#door.photo(hash, bytes), no);
    if (end === 'done') this.photos = this.photos.map((one) => (one.id === photo.id ? { ...one, sent: hash } : one));
    return end;
  }

  #told(sent: Sent, no: number): 'done' | 'ended' | 'stays' {
    if (sent.kind === 'sent') return 'done';
    if (sent.kind === 'ended' || sent.kind === 'full') return 'ended';
    if (sent.kind === 'too_big' || sent.kind === 'not_photo') this.trouble = { kind: sent.kind, no };
    else if (sent.kind === 'other') this.trouble = { kind: 'other', text: sent[lang()] || null };
    else this.trouble = { kind: sent.kind };
    return 'stays';
  }
}

/** A file's own time is a claim; a time to come is none. */
const takenAt = (file: File): string | null => (file.lastModified > 0 && file.lastModified <= Date.now() ? new Date(file.lastModified).toISOString() : null);
