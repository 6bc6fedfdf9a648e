// How much nobody has looked at yet, for the bell, the menu and the page about oneself: one answer of the county, asked again now and then while
// the app is in front.
import type { NoticeCounts } from '@/api/notices';
import { core, session } from '../shell/core.svelte';
import { entryOf } from '../shell/roles';

const AT_MOST_EVERY_MS = 20_000;
const EVERY_MS = 300_000;

let latest = $state.raw<{ readonly post_id: string; readonly counts: NoticeCounts } | null>(null);
let asked: { readonly post_id: string; readonly at: number } | null = null;

/** The post that acts now; null while nobody does, and for those who run the platform: no inbox is addressed to them. */
export function inboxPost(): string | null {
  const who = session();
  return who.kind === 'signed_in' && who.post && who.post.role !== 'platform_admin' ? who.post.id : null;
}

/** Null until the county or this phone has said something about the acting post. */
export const noticeCounts = (): NoticeCounts | null => (latest !== null && latest.post_id === inboxPost() ? latest.counts : null);

export function setNoticeCounts(post_id: string, counts: NoticeCounts): void {
  latest = { post_id, counts };
}

/** Who may be without a signal when he wants to read what came. */
function inTheField(): boolean {
  const who = session();
  return who.kind === 'signed_in' && who.post !== null && entryOf(who.post.role) !== 'office';
}

async function ask(post_id: string): Promise<void> {
  if (asked?.post_id === post_id && Math.abs(Date.now() - asked.at) < AT_MOST_EVERY_MS) return;
  asked = { post_id, at: Date.now() };
  const result = await core().api.get<NoticeCounts>('/notices/counts');
  if (result.kind === 'ok') {
    const news = latest?.post_id !== post_id || latest.counts.unseen !== result.data.unseen;
    setNoticeCounts(post_id, result.data);
    if (news && result.data.unseen > 0 && inTheField()) await (await core().aids())?.inbox.refresh(post_id);
  } else if (latest?.post_id !== post_id) {
    const kept = await (await core().aids())?.inbox.kept(post_id);
    if (kept && latest?.post_id !== post_id) setNoticeCounts(post_id, kept.counts);
  }
}

/** `$effect(watchNotices)` in whatever shows the count. */
export function watchNotices(): (() => void) | undefined {
  const post_id = inboxPost();
  if (post_id === null) return undefined;
  const run = (): void => {
    if (document.visibilityState === 'visible') void ask(post_id);
  };
  run();
  const timer = setInterval(run, EVERY_MS);
  document.addEventListener('visibilitychange', run);
  const off = core().on('changed', (nouns) => {
    if (nouns.has('tickets')) run();
  });
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', run);
    off();
  };
}
