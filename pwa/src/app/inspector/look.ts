// Where a person stood in a visit: kept with the draft, so that a page that died opens where it was. Never sealed, and never trusted: whatever
// does not fit is left out.
import type { Begun } from '@/core/checklist';
import { fields, list, text, texts } from '@/core/fields';

export interface Look {
  /** Id of the element at the top of the screen, and how far below the bars it stood. */
  readonly at: string | null;
  readonly below: number;
  /** The open sheet of a failed answer. */
  readonly sheet: { readonly item: string; readonly instance: string } | null;
  /** Stalls begun without an answer yet, by group. */
  readonly begun: Begun;
  /** The stall on the screen, by group. */
  readonly current: Readonly<Record<string, string>>;
  /** Groups that are folded away. */
  readonly folded: readonly string[];
}

const NOWHERE: Look = { at: null, below: 0, sheet: null, begun: {}, current: {}, folded: [] };

export function readLook(kept: unknown): Look {
  const look = fields(kept);
  if (!look) return NOWHERE;
  const sheet = fields(look['sheet']);
  const [item, instance] = [text(sheet?.['item']), text(sheet?.['instance'])];
  const below = look['below'];
  return {
    at: text(look['at']),
    below: typeof below === 'number' && Number.isFinite(below) ? below : 0,
    sheet: item !== null && instance !== null ? { item, instance } : null,
    begun: record(look['begun'], (value) => (list(value).length > 0 ? texts(value) : null)),
    current: record(look['current'], text),
    folded: texts(look['folded']),
  };
}

function record<T>(value: unknown, read: (value: unknown) => T | null): Readonly<Record<string, T>> {
  const found: Record<string, T> = {};
  for (const [key, one] of Object.entries(fields(value) ?? {})) {
    const kept = read(one);
    if (kept !== null) found[key] = kept;
  }
  return found;
}
