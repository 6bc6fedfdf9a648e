// The rows that a number counts, page by page: what stands behind it beside how many there are.
import type { ApiResult } from '@/api/client';
import { remote, type Remote } from './remote.svelte';

interface Counted<Row> {
  readonly items: readonly Row[];
  readonly count: number;
  readonly next: string | null;
}

export interface Behind<Row, Page extends Counted<Row>> {
  readonly first: Remote<Page>;
  readonly rows: readonly Row[];
  /** How many have not been read yet; 0 at the end. */
  readonly left: number;
  readonly busy: boolean;
  more(): Promise<void>;
}

/** Call while a component initialises. */
export function behind<Row, Page extends Counted<Row>>(read: (cursor: string | null) => Promise<ApiResult<Page>>): Behind<Row, Page> {
  let further = $state.raw<readonly Row[]>([]);
  let after = $state<string | null | undefined>();
  let busy = $state(false);
  const first = remote(() => read(null));
  const cursor = $derived(after === undefined ? (first.value?.next ?? null) : after);
  const rows = $derived([...(first.value?.items ?? []), ...further]);
  return {
    first,
    get rows() {
      return rows;
    },
    get left() {
      return cursor === null ? 0 : (first.value?.count ?? 0) - rows.length;
    },
    get busy() {
      return busy;
    },
    async more() {
      if (cursor === null || busy) return;
      busy = true;
      const page = await read(cursor);
      busy = false;
      if (page.kind !== 'ok') return;
      further = [...further, ...page.data.items];
      after = page.data.next;
    },
  };
}
