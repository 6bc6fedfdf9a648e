// One repair report while it is being made: a draft on this device with its photos. It survives a closed tab and a dead network.
import type { Capture, Draft, FileRow, Payloads, PhotoResult } from '@/core';
import { core } from '../shell/core.svelte';
import { subjectOf, type AnyTicket } from '../tickets/ticket';

export type PhotoTrouble = Exclude<PhotoResult['kind'], 'stored'>;
type RectifyDraft = Draft<Payloads['ticket.rectify']>;

export class AttemptDraft {
  draft = $state.raw<RectifyDraft | null>(null);
  photos = $state.raw<readonly FileRow[]>([]);
  trouble = $state<PhotoTrouble | null>(null);
  note = $state('');

  /** Takes up what was begun on this device earlier, if anything. */
  async resume(ticket_id: string): Promise<void> {
    const begun = (await core().drafts.list('ticket.rectify')).find((draft) => draft.subject.ticket_id === ticket_id);
    this.draft = begun ? await core().drafts.get(begun.id, 'ticket.rectify') : null;
    this.note = this.draft?.payload.note ?? '';
    await this.#refresh();
  }

  /** Opens the draft at the first photo or word, so that looking at a ticket leaves nothing behind. */
  async #begin(ticket: AnyTicket): Promise<RectifyDraft> {
    this.draft ??= await core().drafts.open('ticket.rectify', subjectOf(ticket), () => ({
      ticket_id: ticket.id,
      seen_version: ticket.version,
      attempt_id: crypto.randomUUID(),
      note: '',
    }));
    return this.draft;
  }

  async #refresh(): Promise<void> {
    this.photos = this.draft ? await core().photos.of(this.draft.id) : [];
  }

  async #keep(result: PhotoResult): Promise<void> {
    this.trouble = result.kind === 'stored' ? null : result.kind;
    await this.#refresh();
  }

  async shoot(ticket: AnyTicket, frame: ImageBitmap): Promise<void> {
    const draft = await this.#begin(ticket);
    await this.#keep(await core().photos.take(draft.id, frame, { role: 'after', capture: 'in_page', item_path: ticket.item_code, instance_key: ticket.instance_key }));
  }

  async pick(ticket: AnyTicket, file: Blob, capture: Capture, reason: string | null): Promise<void> {
    const draft = await this.#begin(ticket);
    const meta = { role: 'after', capture, capture_reason: reason, item_path: ticket.item_code, instance_key: ticket.instance_key } as const;
    await this.#keep(await core().photos.pick(draft.id, file, meta));
  }

  async remove(file_id: string): Promise<void> {
    await core().photos.remove(file_id);
    await this.#refresh();
  }

  async write(ticket: AnyTicket, note: string): Promise<void> {
    this.note = note;
    if (note === '' && !this.draft) return;
    const draft = await this.#begin(ticket);
    this.draft = { ...draft, payload: { ...draft.payload, note, seen_version: ticket.version } };
    await core().drafts.save(draft.id, this.draft.payload);
  }

  async discard(): Promise<void> {
    if (this.draft) await core().drafts.discard(this.draft.id);
    this.forget();
  }

  /** After sealing: the draft has become an operation and is no longer ours. */
  forget(): void {
    this.draft = null;
    this.photos = [];
    this.note = '';
    this.trouble = null;
  }
}
