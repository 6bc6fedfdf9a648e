// Who the reader is, for what a screen offers; the server decides.
import type { Role } from '@/core';
import { session } from '../shell/core.svelte';

export function role(): Role | null {
  const who = session();
  return who.kind === 'signed_in' ? (who.post?.role ?? null) : null;
}

/** Opens, starts and ends campaigns, draws look-backs. */
export const manages = (): boolean => role() === 'office';
