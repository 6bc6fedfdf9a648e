// A danger under control is not a repair: its photo never stands where the repair is shown.
import { expect, test } from 'vitest';
import type { PhotoRef, Ticket, TicketStage } from '@/core';
import { controlPhotos, repairPhotos } from '@/app/tickets/control';

const photo = (file_id: string, operation_id: string, role: PhotoRef['role']): PhotoRef => ({ file_id, operation_id, role, state: 'stored', taken_at: null, lon: null, lat: null, accuracy_m: null, capture: null, media_type: 'image/jpeg' });
const stages: readonly TicketStage[] = [{ stage: 'control', due_at: null, done_at: '2026-11-30T02:00:00Z', late: false }, { stage: 'repair', due_at: null, done_at: null, late: false }];
const found = photo('f1', 'finding', 'before');
const controlled = photo('f2', 'stage', 'after');
const repaired = photo('f3', 'attempt', 'after');
const onSpot = photo('f4', 'finding', 'after');
const ids = (of: (ticket: Pick<Ticket, 'before' | 'after' | 'attempt_id' | 'stages'>) => readonly PhotoRef[], after: readonly PhotoRef[], attempt_id: string | null, staged = true): readonly string[] => of({ before: [found], after, attempt_id, ...(staged ? { stages } : {}) }).map((one) => one.file_id);

test.each([
  ['before the repair: the control alone', [controlled], null, true, ['f2'], []],
  ['with the repair', [controlled, repaired], 'attempt', true, ['f2'], ['f3']],
  ['put right on the spot, sealed with the finding', [onSpot, controlled], null, true, ['f2'], ['f4']],
  ['no stages: what there is is the repair', [controlled], null, false, [], ['f2']],
] as const)('of an older server, %s', (_, after, attempt_id, staged, control, repair) => {
  expect(ids(controlPhotos, after, attempt_id, staged)).toEqual(control);
  expect(ids(repairPhotos, after, attempt_id, staged)).toEqual(repair);
});

test('the county says which is which, also beside a repair that nobody has signed', () => {
  const ticket = { before: [found], after: [repaired], control: [controlled], attempt_id: null, stages };
  expect([controlPhotos(ticket), repairPhotos(ticket)]).toEqual([[controlled], [repaired]]);
});
