// The worker keeps this page with the headers it came with. One kept while another program answered at this address (a real county, an older
// version) forbids the frames of the stand; then it is fetched once more.

const KEPT = 'shell ';
const PAGE = '/index.html';
const AGAIN = '#/stand?again';

/** Calls `blocked` when the frames stay forbidden although the page was fetched anew. */
export function watchFrames(blocked: () => void): () => void {
  const heard = ({ effectiveDirective }: SecurityPolicyViolationEvent): void => {
    if (!/^(frame|child|default)-src/.test(effectiveDirective)) return;
    if (location.hash === AGAIN || !('caches' in window)) blocked();
    else void renew().then(reload, blocked);
  };
  document.addEventListener('securitypolicyviolation', heard);
  return () => document.removeEventListener('securitypolicyviolation', heard);
}

async function renew(): Promise<void> {
  for (const name of await caches.keys()) {
    if (!name.startsWith(KEPT)) continue;
    const cache = await caches.open(name);
    await cache.delete(PAGE);
    // Not kept any more, so the worker lets it through.
    const page = await fetch(PAGE, { cache: 'reload', credentials: 'omit', redirect: 'error' });
    if (page.ok) await cache.put(PAGE, page);
  }
}

function reload(): void {
  history.replaceState(null, '', AGAIN);
  location.reload();
}
