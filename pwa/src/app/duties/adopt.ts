// Taking over what the village sent: its photos are named by their hash, because the county has them already.
import type { VillageDraft } from '@/api/duties';
import type { FileThere, Payloads, Ticket } from '@/core';
import { duties } from '@/i18n/duties';

/** `village_draft_id` says whose photos they are; the note keeps who took them in words. */
export function adoptPayload(draft: VillageDraft, ticket: Pick<Ticket, 'id' | 'version'>, attempt_id: string): Payloads['ticket.rectify'] {
  const by = duties().village.noteBy(draft.taken_by);
  return { ticket_id: ticket.id, seen_version: ticket.version, attempt_id, note: [by, draft.note].filter(Boolean).join(' · '), village_draft_id: draft.id };
}

export const adoptFiles = (draft: VillageDraft, ticket: Pick<Ticket, 'item_code' | 'instance_key'>): readonly FileThere[] =>
  draft.photos.map(({ sha256, bytes, media_type, taken_at, position }) => ({
    sha256,
    bytes,
    media_type,
    role: 'after',
    item_path: ticket.item_code,
    instance_key: ticket.instance_key,
    // When nobody knows when it was taken, it was there when it arrived.
    taken_at: taken_at ?? draft.received_at,
    capture: 'unknown',
    capture_reason: null,
    position: position === null ? null : { ...position, fixed_at: taken_at ?? draft.received_at, source: 'browser', datum: 'wgs84' },
  }));
