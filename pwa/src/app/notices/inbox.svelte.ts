// What the inbox shows: the copy on this phone at once, the county's word when it comes, older rows when somebody asks for them.
import type { ApiResult } from '@/api/client';
import type { Notice, NoticeGroup, NoticeKind } from '@/api/notices';
import type { KeptInbox } from '@/core/inbox';
import { core } from '../shell/core.svelte';
import type { RemoteState, Trouble } from '../tickets/remote.svelte';
import { setNoticeCounts } from './counts.svelte';

export interface Filter {
  readonly group: NoticeGroup | null;
  readonly kind: NoticeKind | null;
}

interface Older {
  readonly key: string;
  readonly rows: readonly Notice[];
  readonly next: string | null;
}

const trouble = (result: Exclude<ApiResult<unknown>, { kind: 'ok' }>): Trouble => (result.kind === 'problem' ? { kind: 'problem', problem: result.problem } : { kind: result.kind });
const keyOf = (filter: Filter): string => `${filter.group ?? ''}/${filter.kind ?? ''}`;

export class InboxModel {
  readonly #post_id: string;
  #kept = $state.raw<KeptInbox | null>(null);
  #trouble = $state.raw<Trouble | null>(null);
  #older = $state.raw<Older | null>(null);
  busy = $state(false);

  constructor(post_id: string) {
    this.#post_id = post_id;
  }

  get state(): RemoteState<KeptInbox> {
    if (this.#kept) return { kind: 'ready', value: this.#kept, at: this.#kept.at, trouble: this.#trouble };
    return this.#trouble ? { kind: 'failed', trouble: this.#trouble } : { kind: 'loading' };
  }

  /** The rows that fit, and whether the county has older ones. */
  rows(filter: Filter): { readonly rows: readonly Notice[]; readonly more: boolean } {
    const kept = this.#kept;
    if (!kept) return { rows: [], more: false };
    const fits = (one: Notice): boolean => (filter.group === null || one.group === filter.group) && (filter.kind === null || one.kind === filter.kind);
    const here = kept.items.filter(fits);
    const older = this.#older?.key === keyOf(filter) ? this.#older : null;
    // The first page may have grown meanwhile.
    const known = Object.fromEntries(here.map((one) => [one.id, true]));
    return { rows: [...here, ...(older?.rows ?? []).filter((one) => !known[one.id])], more: older ? older.next !== null : kept.next !== null };
  }

  async open(): Promise<void> {
    const kept = await (await core().aids())?.inbox.kept(this.#post_id);
    if (kept && !this.#kept) this.#take(kept);
    await this.reload();
  }

  reload = async (): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    const result = await (await core().aids())?.inbox.refresh(this.#post_id);
    this.busy = false;
    if (!result) return;
    this.#trouble = result.kind === 'ok' ? null : trouble(result);
    if (result.kind === 'ok') {
      this.#older = null;
      this.#take(result.data);
    }
  };

  async next(filter: Filter): Promise<void> {
    if (this.busy || !this.#kept) return;
    this.busy = true;
    const key = keyOf(filter);
    const before = this.#older?.key === key ? this.#older : null;
    const cursor = before ? before.next : key === '/' ? this.#kept.next : null;
    const result = await core().api.get<{ items: readonly Notice[]; next: string | null }>('/notices', { group: filter.group, kind: filter.kind, cursor, limit: 100 });
    this.busy = false;
    if (result.kind === 'ok') this.#older = { key, rows: [...(before?.rows ?? []), ...result.data.items], next: result.data.next };
    else this.#trouble = trouble(result);
  }

  async see(notice: Notice): Promise<void> {
    if (notice.seen) return;
    this.#markOlder([notice.id]);
    const kept = await (await core().aids())?.inbox.see(this.#post_id, [notice.id]);
    if (kept) this.#take(kept);
  }

  /** Null when it worked. */
  async seeAll(kind: NoticeKind | null): Promise<Trouble | null> {
    const result = await (await core().aids())?.inbox.seeAll(this.#post_id, kind);
    if (!result) return null;
    if (result.kind !== 'ok') return trouble(result);
    this.#markOlder(null);
    if (result.data) this.#take(result.data);
    return null;
  }

  #markOlder(ids: readonly string[] | null): void {
    if (this.#older) this.#older = { ...this.#older, rows: this.#older.rows.map((one) => (ids === null || ids.includes(one.id) ? { ...one, seen: true } : one)) };
  }

  #take(kept: KeptInbox): void {
    this.#kept = kept;
    setNoticeCounts(this.#post_id, kept.counts);
  }
}
