// One look at a closed fault while it is filled in: a draft on this device as soon as the result is chosen, because a photo needs something to belong to.
import type { Draft, FileRow, Payloads } from '@/core';
import { core, place } from '../shell/core.svelte';
import { handInDraft, type Outcome } from '../tickets/command.svelte';
import { subjectOf, type AnyTicket } from '../tickets/ticket';

export type Result = 'held' | 'not_held';

/** There again within the county's days is a relapse; after them only the look is recorded. */
export const kindOf = (result: Result, late: boolean): 'ticket.look_back' | 'ticket.relapse' => (result === 'not_held' && !late ? 'ticket.relapse' : 'ticket.look_back');

type Body = Payloads['ticket.look_back'] | Payloads['ticket.relapse'];

export class Look {
  result = $state<Result | null>(null);
  note = $state('');
  draft = $state.raw<Draft<Body> | null>(null);
  photos = $state.raw<readonly FileRow[]>([]);
  #finding_id: string = crypto.randomUUID();

  #body(ticket: AnyTicket, late: boolean): Body {
    const target = { ticket_id: ticket.id, seen_version: ticket.version };
    const note = this.note.trim();
    if (this.result !== null && kindOf(this.result, late) === 'ticket.relapse') return { ...target, finding_id: this.#finding_id, note };
    const here = place();
    return { ...target, result: this.result ?? 'held', note, position: here.kind === 'fixed' ? here.position : null };
  }

  /** Takes up what was begun on this phone earlier. */
  async resume(ticket_id: string): Promise<void> {
    for (const kind of ['ticket.look_back', 'ticket.relapse'] as const) {
      const begun = (await core().drafts.list(kind)).find((one) => one.subject.ticket_id === ticket_id);
      const draft = begun ? await core().drafts.get(begun.id, kind) : null;
      if (!draft) continue;
      this.draft = draft;
      this.note = draft.payload.note;
      this.result = 'result' in draft.payload ? draft.payload.result : 'not_held';
      if ('finding_id' in draft.payload) this.#finding_id = draft.payload.finding_id;
      await this.refresh();
      return;
    }
  }

  async choose(result: Result, ticket: AnyTicket, late: boolean): Promise<void> {
    if (this.draft) return;
    this.result = result;
    const body = this.#body(ticket, late);
    // Two kinds, two shapes: each is opened as what it is.
    this.draft = await ('result' in body ? core().drafts.open('ticket.look_back', subjectOf(ticket), () => body) : core().drafts.open('ticket.relapse', subjectOf(ticket), () => body));
    await this.refresh();
  }

  async refresh(): Promise<void> {
    this.photos = this.draft ? await core().photos.of(this.draft.id) : [];
  }

  write(note: string, ticket: AnyTicket, late: boolean): void {
    this.note = note;
    if (this.draft) void core().drafts.save(this.draft.id, this.#body(ticket, late)).catch(() => undefined);
  }

  /** Another result: what was taken for this one goes. */
  async again(): Promise<void> {
    if (this.draft) await core().drafts.discard(this.draft.id);
    this.forget();
  }

  async send(ticket: AnyTicket, late: boolean): Promise<Outcome | { readonly kind: 'taken_back' }> {
    const draft = this.draft;
    if (!draft) return { kind: 'unsealed', why: 'incomplete' };
    void core().drafts.save(draft.id, this.#body(ticket, late)).catch(() => undefined);
    await core().flush();
    const outcome = await handInDraft(draft.id, null, ticket.state);
    if (outcome.kind !== 'unsealed' && outcome.kind !== 'taken_back') this.forget();
    return outcome;
  }

  forget(): void {
    this.draft = null;
    this.photos = [];
    this.note = '';
    this.result = null;
    this.#finding_id = crypto.randomUUID();
  }
}
