// How much waits, for the menu and the first screen: one answer of the county, asked again whenever tickets change.
import type { TicketCounts } from '@/api/types';
import { core } from '../shell/core.svelte';

let latest = $state.raw<TicketCounts | null>(null);
let asking = false;
let again = false;

export const counts = (): TicketCounts | null => latest;

/** Asks once at a time; what changes meanwhile makes one more question, not many. */
export async function refreshCounts(): Promise<void> {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  const result = await core().api.get<TicketCounts>('/tickets/counts');
  if (result.kind === 'ok') latest = result.data;
  asking = false;
  if (again) {
    again = false;
    void refreshCounts();
  }
}
