// The inbox as this phone last saw it, so that it can be read without a signal. Rows are the county's; what is kept here is a copy for reading,
// and the marks "seen" that have not been told yet. Nobody but their reader ever sees those marks.
import type { ApiClient, ApiResult } from '../api/client';
import type { Digest, Notice, NoticeCounts } from '../api/notices';
import { getMeta, putMeta } from './meta';
import type { Database } from './db';

/** The newest say enough without a signal. */
const KEPT_ROWS = 100;
/** Marks that the county takes in one request. */
const MOST_AT_ONCE = 200;

export interface KeptInbox {
  readonly post_id: string;
  readonly at: number;
  readonly counts: NoticeCounts;
  readonly digest: Digest;
  readonly items: readonly Notice[];
  /** More lie at the county. */
  readonly next: string | null;
  /** Marked here, not told yet. */
  readonly untold: readonly string[];
}

export interface InboxParts {
  readonly db: Database;
  readonly api: Pick<ApiClient, 'get' | 'send'>;
  readonly now: () => number;
}

interface Page {
  readonly items: readonly Notice[];
  readonly next: string | null;
}

/** The counts as they are when these are seen too. */
export function lessSeen(counts: NoticeCounts, newly: readonly Notice[]): NoticeCounts {
  const left = (all: number, which: (notice: Notice) => boolean): number => Math.max(0, all - newly.filter(which).length);
  return {
    ...counts,
    unseen: left(counts.unseen, () => true),
    urgent: left(counts.urgent, (one) => one.urgent),
    groups: counts.groups.map((group) => ({ ...group, unseen: left(group.unseen, (one) => one.group === group.group) })),
  };
}

function marked(kept: KeptInbox, ids: readonly string[]): KeptInbox {
  const newly = kept.items.filter((one) => !one.seen && ids.includes(one.id));
  if (newly.length === 0) return kept;
  return {
    ...kept,
    counts: lessSeen(kept.counts, newly),
    digest: { ...kept.digest, lines: kept.digest.lines.map((line) => ({ ...line, unseen: Math.max(0, line.unseen - newly.filter((one) => one.kind === line.kind && one.urgent === line.urgent).length) })) },
    items: kept.items.map((one) => (newly.includes(one) ? { ...one, seen: true } : one)),
  };
}

export class Inbox {
  readonly #parts: InboxParts;
  constructor(parts: InboxParts) {
    this.#parts = parts;
  }

  /** What lies here of this post; null when nothing does. */
  async kept(post_id: string): Promise<KeptInbox | null> {
    const kept = await this.#parts.db.read(['meta'], (tx) => getMeta(tx, 'inbox'));
    return kept?.post_id === post_id ? kept : null;
  }

  /** Tells the marks that wait, then asks for everything that the first screen shows, and keeps it. */
  async refresh(post_id: string): Promise<ApiResult<KeptInbox>> {
    const { db, api, now } = this.#parts;
    const told = (await this.kept(post_id))?.untold.slice(0, MOST_AT_ONCE) ?? [];
    if (told.length > 0) {
      const result = await api.send('POST', '/notices/seen', { ids: told, all: false, kind: null });
      if (result.kind !== 'ok' && result.kind !== 'problem') return result;
    }
    const [digest, page, counts] = await Promise.all([api.get<Digest>('/notices/digest'), api.get<Page>('/notices', { limit: KEPT_ROWS }), api.get<NoticeCounts>('/notices/counts')]);
    if (digest.kind !== 'ok') return digest;
    if (page.kind !== 'ok') return page;
    if (counts.kind !== 'ok') return counts;
    const fresh = { post_id, at: now(), counts: counts.data, digest: digest.data, items: page.data.items, next: page.data.next };
    // What was marked while the county was asked is not in its answer.
    const kept = await db.write(['meta'], async (tx) => {
      const before = await getMeta(tx, 'inbox');
      const untold = before?.post_id === post_id ? before.untold.filter((id) => !told.includes(id)) : [];
      const made = { ...marked({ ...fresh, untold }, untold), untold };
      await putMeta(tx, 'inbox', made);
      return made;
    });
    return { kind: 'ok', status: 200, data: kept };
  }

  /** Marks rows as seen, here at once and at the county when it can be asked. */
  async see(post_id: string, ids: readonly string[]): Promise<KeptInbox | null> {
    const kept = await this.#change(post_id, (before) => ({ ...marked(before, ids), untold: [...new Set([...before.untold, ...ids])] }));
    const result = await this.#parts.api.send<NoticeCounts>('POST', '/notices/seen', { ids, all: false, kind: null });
    if (result.kind !== 'ok') return kept;
    return this.#change(post_id, (before) => ({ ...before, counts: result.data, untold: before.untold.filter((id) => !ids.includes(id)) }));
  }

  /** Everything of this post, or everything of one kind; asks the county, because it may have more than lies here. */
  async seeAll(post_id: string, kind: Notice['kind'] | null): Promise<ApiResult<KeptInbox | null>> {
    const result = await this.#parts.api.send<NoticeCounts>('POST', '/notices/seen', { ids: [], all: true, kind });
    if (result.kind !== 'ok') return result;
    const kept = await this.#change(post_id, (before) => {
      const ids = before.items.filter((one) => kind === null || one.kind === kind).map((one) => one.id);
      const seen = marked(before, ids);
      const lines = seen.digest.lines.map((line) => (kind === null || line.kind === kind ? { ...line, unseen: 0 } : line));
      return { ...seen, counts: result.data, digest: { ...seen.digest, lines } };
    });
    return { kind: 'ok', status: 200, data: kept };
  }

  #change(post_id: string, change: (kept: KeptInbox) => KeptInbox): Promise<KeptInbox | null> {
    return this.#parts.db.write(['meta'], async (tx) => {
      const before = await getMeta(tx, 'inbox');
      if (before?.post_id !== post_id) return null;
      const after = change(before);
      await putMeta(tx, 'inbox', after);
      return after;
    });
  }
}
