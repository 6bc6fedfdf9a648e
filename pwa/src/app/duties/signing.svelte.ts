// The delegations that the county told last, for whose right to sign depends on somebody else.
import type { Delegation, Rows } from '@/api/duties';
import { core, session } from '../shell/core.svelte';

/** Call while a component initialises; only a desk officer's right depends on somebody else. */
export function mySigning(): () => readonly Delegation[] | null {
  let known = $state.raw<readonly Delegation[] | null>(null);
  $effect(() => {
    const who = session();
    if (who.kind !== 'signed_in' || who.post?.role !== 'desk_officer') return;
    const ask = (): void =>
      void core()
        .api.get<Rows<Delegation>>('/delegations', { active: true })
        .then((result) => {
          if (result.kind === 'ok') known = result.data.items;
        });
    ask();
    window.addEventListener('online', ask);
    // Somebody comes back to the screen, or something about the tickets changed: the deputy may have decided otherwise meanwhile.
    const shown = (): void => void (document.visibilityState === 'visible' && ask());
    document.addEventListener('visibilitychange', shown);
    const undo = core().on('changed', (nouns) => {
      if (nouns.has('tickets')) ask();
    });
    return () => {
      window.removeEventListener('online', ask);
      document.removeEventListener('visibilitychange', shown);
      undo();
    };
  });
  return () => known;
}
