// An urgent danger is photographed twice: under control, then repaired. Both pictures come with the role `after`; only the second is a repair.
import type { PhotoRef, Ticket } from '@/core';

type Pictured = Pick<Ticket, 'before' | 'after' | 'attempt_id' | 'stages' | 'control'>;

/** In rows of an older server: a repair has an attempt of its own, and a fault that was put right on the spot is sealed with its finding. */
function isControl(ticket: Pictured, photo: PhotoRef): boolean {
  const staged = (ticket.stages ?? []).some((one) => one.stage === 'control');
  return staged && photo.role === 'after' && photo.operation_id !== ticket.attempt_id && ticket.before.every((one) => one.operation_id !== photo.operation_id);
}

/** What shows that the danger is under control. */
export const controlPhotos = (ticket: Pictured): readonly PhotoRef[] => ticket.control ?? ticket.after.filter((photo) => isControl(ticket, photo));

/** What shows that it is repaired. */
export const repairPhotos = (ticket: Pictured): readonly PhotoRef[] => (ticket.control ? ticket.after : ticket.after.filter((photo) => !isControl(ticket, photo)));
