// Who looks: the office judges, a county leader reads, a township reads its own.
import { session } from '../shell/core.svelte';

export function roleNow(): string | null {
  const who = session();
  return who.kind === 'signed_in' ? (who.post?.role ?? null) : null;
}

export const judges = (): boolean => roleNow() === 'office';
