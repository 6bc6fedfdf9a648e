// A draft that was thrown away is gone from every list at once and deleted ten seconds later, so that it can be had back. A page that dies in
// between deletes nothing.
import { core } from '@/app/shell/core.svelte';
import { toast } from '@/ui/toast.svelte';

const UNDO_MS = 10_000;
let going = $state.raw<Readonly<Record<string, ReturnType<typeof setTimeout>>>>({});

export const isGoing = (draft_id: string): boolean => draft_id in going;

export function discardLater(draft_id: string, said: string, undo: string): void {
  const timer = setTimeout(() => {
    void core()
      .drafts.discard(draft_id)
      .finally(() => keep(draft_id));
  }, UNDO_MS);
  going = { ...going, [draft_id]: timer };
  toast(said, { label: undo, run: () => keep(draft_id) });
}

/** Wanted after all: by the tap on "undo", or because it was opened again. */
export function keep(draft_id: string): void {
  clearTimeout(going[draft_id]);
  going = Object.fromEntries(Object.entries(going).filter(([id]) => id !== draft_id));
}
