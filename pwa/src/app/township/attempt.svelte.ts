// One repair report while it is being made: a draft on this device with its photos. It survives a closed tab and a dead network.
import type { Draft, FileRow, Payloads } from '@/core';
import { core } from '../shell/core.svelte';
import { subjectOf, type AnyTicket } from '../tickets/ticket';

type RectifyDraft = Draft<Payloads['ticket.rectify']>;

export class AttemptDraft {
  draft = $state.raw<RectifyDraft | null>(null);
  photos = $state.raw<readonly FileRow[]>([]);

  get note(): string {
    return this.draft?.payload.note ?? '';
  }

  #resuming: Promise<void> = Promise.resolve();

  /** Takes up what was begun on this device earlier, if anything. */
  resume(ticket_id: string): Promise<void> {
    return (this.#resuming = this.#resume(ticket_id));
  }

  async #resume(ticket_id: string): Promise<void> {
    const begun = (await core().drafts.list('ticket.rectify')).find((draft) => draft.subject.ticket_id === ticket_id);
    this.draft = begun ? await core().drafts.get(begun.id, 'ticket.rectify') : null;
    await this.refresh();
  }

  async begin(ticket: AnyTicket): Promise<void> {
    // A quick thumb must not begin a second report beside the one that is being looked for.
    await this.#resuming.catch(() => undefined);
    this.draft ??= await core().drafts.open('ticket.rectify', subjectOf(ticket), () => ({
      ticket_id: ticket.id,
      seen_version: ticket.version,
      attempt_id: crypto.randomUUID(),
      note: '',
    }));
  }

  async refresh(): Promise<void> {
    this.photos = this.draft ? await core().photos.of(this.draft.id) : [];
  }

  async write(ticket: AnyTicket, note: string): Promise<void> {
    if (note === '' && !this.draft) return;
    await this.begin(ticket);
    if (!this.draft) return;
    this.draft = { ...this.draft, payload: { ...this.draft.payload, note, seen_version: ticket.version } };
    await core().drafts.save(this.draft.id, this.draft.payload);
  }

  async discard(): Promise<void> {
    if (this.draft) await core().drafts.discard(this.draft.id);
    this.forget();
  }

  /** After sealing: the draft has become an operation and is no longer ours. */
  forget(): void {
    this.draft = null;
    this.photos = [];
  }
}
