// One request while it is filled in. Words live with the screen; with the first photo it becomes a draft on this device, which survives a closed tab.
import type { Ask, Draft, FileRow, Payloads } from '@/core';
import { core } from '../shell/core.svelte';
import { handInDraft, isThrough, runStep, type Outcome } from '../tickets/command.svelte';
import { subjectOf, type AnyTicket } from '../tickets/ticket';
import { askPayload, EMPTY_ASK, type AskForm } from './asks';

type AskDraftRow = Draft<Payloads['ticket.ask']>;

export class AskWork {
  form = $state<AskForm>({ what: 'extension', ...EMPTY_ASK });
  draft = $state.raw<AskDraftRow | null>(null);
  photos = $state.raw<readonly FileRow[]>([]);
  #request_id: string = crypto.randomUUID();

  /** Takes up what was begun on this device earlier, if anything. */
  async resume(ticket_id: string): Promise<void> {
    const begun = (await core().drafts.list('ticket.ask')).find((draft) => draft.subject.ticket_id === ticket_id);
    const draft = begun ? await core().drafts.get(begun.id, 'ticket.ask') : null;
    if (!draft) return;
    const { what, reason, wanted_day, measure, request_id } = draft.payload;
    this.#request_id = request_id;
    this.form = { ...EMPTY_ASK, what, reason, day: wanted_day ?? '', measure, project: draft.payload.project_id ?? '' };
    this.draft = draft;
    await this.refresh();
  }

  choose(what: Ask): void {
    this.form = { ...EMPTY_ASK, reason: this.form.reason, what };
  }

  set(part: Partial<AskForm>, ticket: AnyTicket): void {
    this.form = { ...this.form, ...part };
    if (this.draft) void core().drafts.save(this.draft.id, askPayload(this.form, ticket, this.#request_id)).catch(() => undefined);
  }

  /** Photos need something on the disk that they belong to. */
  async begin(ticket: AnyTicket): Promise<void> {
    const payload = askPayload(this.form, ticket, this.#request_id);
    this.draft ??= await core().drafts.open('ticket.ask', subjectOf(ticket), () => payload);
    await this.refresh();
  }

  async refresh(): Promise<void> {
    this.photos = this.draft ? await core().photos.of(this.draft.id) : [];
  }

  async discard(): Promise<void> {
    if (this.draft) await core().drafts.discard(this.draft.id);
    this.forget();
  }

  /** With photos it is handed in and can be taken back for ten seconds; without, it is sealed at once. */
  async send(ticket: AnyTicket): Promise<Outcome | { readonly kind: 'taken_back' }> {
    const payload = askPayload(this.form, ticket, this.#request_id);
    const draft = this.draft;
    if (!draft) {
      return this.#after(await runStep('ticket.ask', subjectOf(ticket), payload, ticket.state));
    }
    void core().drafts.save(draft.id, payload).catch(() => undefined);
    await core().flush();
    const outcome = await handInDraft(draft.id, null, ticket.state);
    return outcome.kind === 'taken_back' ? outcome : this.#after(outcome);
  }

  /** What the county did not take keeps its words here, for another try: that is another request. */
  #after(outcome: Outcome): Outcome {
    if (outcome.kind === 'unsealed') return outcome;
    const { form } = this;
    this.forget();
    if (!isThrough(outcome)) this.form = form;
    return outcome;
  }

  forget(): void {
    this.draft = null;
    this.photos = [];
    this.#request_id = crypto.randomUUID();
    this.form = { what: this.form.what, ...EMPTY_ASK };
  }
}
