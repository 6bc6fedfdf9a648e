// Photos of the village that wait for a desk officer, by ticket. They lie with the county; without a network there are none to look at.
import type { Rows, VillageDraft } from '@/api/duties';
import { core, session } from '../shell/core.svelte';

const NONE: ReadonlyMap<string, number> = new Map();

/** Call while a component initialises. */
export function waitingDrafts(): () => ReadonlyMap<string, number> {
  let known = $state.raw(NONE);
  $effect(() => {
    const who = session();
    if (who.kind !== 'signed_in' || who.post?.role !== 'desk_officer') return;
    const ask = async (): Promise<void> => {
      const result = await core().api.get<Rows<VillageDraft>>('/village-drafts', { state: 'waiting', limit: 200 });
      if (result.kind !== 'ok') return;
      const counted = new Map<string, number>();
      for (const { ticket_id } of result.data.items) counted.set(ticket_id, (counted.get(ticket_id) ?? 0) + 1);
      known = counted;
    };
    const again = (): void => void ask();
    again();
    window.addEventListener('online', again);
    const undo = core().on('changed', (nouns) => {
      if (nouns.has('tickets')) again();
    });
    return () => {
      window.removeEventListener('online', again);
      undo();
    };
  });
  return () => known;
}
