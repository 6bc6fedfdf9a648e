// The server's answers about the working set.
import { fields, integer, list, text } from './fields';

export interface FeedChange {
  readonly noun: string;
  readonly id: string;
  readonly version: number;
  /** Null = the row left this person's sight. */
  readonly row: unknown;
}

export interface FeedAnswer {
  readonly cursor: string;
  readonly more: boolean;
  readonly changes: readonly FeedChange[];
}

export function feedAnswer(body: unknown): FeedAnswer | null {
  const answer = fields(body);
  const cursor = text(answer?.['cursor']);
  if (!answer || cursor === null || !Array.isArray(answer['changes'])) return null;
  return { cursor, more: answer['more'] === true, changes: list(answer['changes']).flatMap((value) => feedChange(value) ?? []) };
}

export interface SnapshotAnswer {
  readonly cursor: string;
  readonly next: string | null;
  readonly rows: readonly FeedChange[];
}

export function snapshotAnswer(body: unknown): SnapshotAnswer | null {
  const answer = fields(body);
  const cursor = text(answer?.['cursor']);
  if (!answer || cursor === null || !Array.isArray(answer['rows'])) return null;
  const next = answer['next'];
  return {
    cursor,
    next: typeof next === 'number' ? String(next) : text(next),
    rows: list(answer['rows']).flatMap((value) => feedChange(value) ?? []),
  };
}

function feedChange(value: unknown): FeedChange | null {
  const change = fields(value);
  const noun = text(change?.['noun']);
  const id = text(change?.['id']);
  if (!change || noun === null || id === null) return null;
  return { noun, id, version: integer(change['version']) ?? 0, row: change['removed'] === true ? null : (change['row'] ?? null) };
}
