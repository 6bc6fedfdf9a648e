// Photos of the village that wait for a desk officer, by ticket. They lie with the county; without a network there are none to look at.
import type { Rows, VillageDraft } from '@/api/duties';
import { core, session } from '../shell/core.svelte';
import { byTicket } from './day';

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
      known = byTicket(result.data.items);
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
