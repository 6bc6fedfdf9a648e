// The working set: what this post may see of sites, checklists and tickets, as a stream of changes. Applied by (id, version), so that repeats
// and late arrivals do no harm. A cursor that the server no longer knows means: take a snapshot, page by page.
import type { Database } from './db';
import { API } from './link';
import { getMeta, putMeta } from './meta';
import type { Call } from './auth';
import type { PhotoRef } from './rows';
import { feedAnswer, snapshotAnswer, type FeedChange } from './feed.wire';

export type PullOutcome =
  | { readonly kind: 'done'; readonly nouns: ReadonlySet<string> }
  | { readonly kind: 'link' }
  | { readonly kind: 'expired' };

const MOST_PAGES = 10_000;
/** Grows when rows get something new that a phone wants of all of them at once: 2, the first sounds of sites. */
const SHAPE = 2;

/** For whom rows are fetched. */
export interface Reader {
  /** Adds the session. */
  readonly call: Call;
  readonly post_id: string;
  /** False once somebody else signed in or another post was chosen. */
  readonly stands: () => boolean;
}

/** Brings the working set up to date. Person and post may change between two pages: what was asked for one never lands among the rows of the other. */
export async function pull(db: Database, { call: ask, post_id, stands }: Reader, now: () => number): Promise<PullOutcome> {
  const call: Call = async (request) => {
    const reply = stands() ? await ask({ ...request, headers: { 'Lalian-Post': post_id } }) : null;
    return reply && stands() ? reply : { kind: 'offline' };
  };
  const nouns = new Set<string>();
  for (let page = 0; page < MOST_PAGES; page++) {
    const at = await db.read(['meta'], (tx) => getMeta(tx, 'cursor'));
    if (at === null || at.post_id !== post_id || at.shape !== SHAPE) return snapshot(db, call, post_id, now);
    const reply = await call({ method: 'GET', url: `${API}/sync?cursor=${encodeURIComponent(at.cursor)}`, timeout_ms: 60_000 });
    if (reply.kind !== 'ours') return { kind: 'link' };
    if (reply.status === 401) return { kind: 'expired' };
    if (reply.status === 410) return snapshot(db, call, post_id, now);
    const answer = reply.status === 200 ? feedAnswer(reply.body) : null;
    if (!answer) return { kind: 'link' };
    await db.write(['rows', 'meta', 'drafts'], async (tx) => {
      for (const change of answer.changes) {
        await apply(tx, change);
        nouns.add(change.noun);
      }
      await putMeta(tx, 'cursor', { post_id, cursor: answer.cursor, pulled_at: now(), shape: SHAPE });
    });
    await forget(db, answer.changes);
    if (!answer.more) return { kind: 'done', nouns };
  }
  return { kind: 'link' };
}

/** Copies of photos that the county erased go from this phone as soon as it hears of it. */
async function forget(db: Database, changes: readonly FeedChange[]): Promise<void> {
  const erased = changes.flatMap(({ row }) => {
    const { before = [], after = [], control = [] } = (row ?? {}) as { readonly [list in 'before' | 'after' | 'control']?: readonly PhotoRef[] };
    return [...before, ...after, ...control].filter((photo) => photo.state === 'erased').map((photo) => photo.file_id);
  });
  if (erased.length > 0) await (await import('./erased')).forgetErased(db, erased);
}

type Rows = Parameters<Parameters<Database['write']>[1]>[0];

async function apply(tx: Rows, change: FeedChange): Promise<void> {
  const store = tx.objectStore('rows');
  const before = await store.get([change.noun, change.id]);
  if (before && before.version > change.version) return;
  if (change.row !== null) await store.put({ noun: change.noun, id: change.id, version: change.version, row: change.row });
  else if (!(await pinned(tx, change))) await store.delete([change.noun, change.id]);
}

/** A list that an unfinished draft was begun with stays readable until the draft is sealed. */
async function pinned(tx: Rows, change: Pick<FeedChange, 'noun' | 'id'>): Promise<boolean> {
  if (change.noun !== 'checklists') return false;
  for (const draft of await tx.objectStore('drafts').getAll()) {
    if ((draft.payload as { checklist_id?: unknown } | null)?.checklist_id === change.id) return true;
  }
  return false;
}

/** Everything anew. Rows that no page named are gone for this post; the cursor is written last, so a cut snapshot simply begins again. */
async function snapshot(db: Database, call: Call, post_id: string, now: () => number): Promise<PullOutcome> {
  const seen = new Set<string>();
  const nouns = new Set<string>();
  let next: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query: string = next === null ? '' : `?page=${encodeURIComponent(next)}`;
    const reply = await call({ method: 'GET', url: `${API}/sync/snapshot${query}`, timeout_ms: 120_000 });
    if (reply.kind !== 'ours') return { kind: 'link' };
    if (reply.status === 401) return { kind: 'expired' };
    const answer = reply.status === 200 ? snapshotAnswer(reply.body) : null;
    if (!answer) return { kind: 'link' };
    for (const row of answer.rows) {
      seen.add(`${row.noun} ${row.id}`);
      nouns.add(row.noun);
    }
    const last = answer.next === null;
    await db.write(['rows', 'meta', 'drafts'], async (tx) => {
      const store = tx.objectStore('rows');
      for (const { noun, id, version, row } of answer.rows) await store.put({ noun, id, version, row });
      if (!last) return;
      for (const [noun, id] of await store.getAllKeys()) {
        if (seen.has(`${noun} ${id}`) || (await pinned(tx, { noun, id }))) continue;
        await store.delete([noun, id]);
        nouns.add(noun);
      }
      await putMeta(tx, 'cursor', { post_id, cursor: answer.cursor, pulled_at: now(), shape: SHAPE });
    });
    await forget(db, answer.rows);
    if (last) return { kind: 'done', nouns };
    next = answer.next;
  }
  return { kind: 'link' };
}
