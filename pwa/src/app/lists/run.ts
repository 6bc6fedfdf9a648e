// One step for each of many rows, one after the other: what became of each is kept, a failure stops none of the others, and only what failed is tried again.

export type LineState<Result> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'running' }
  | { readonly kind: 'through'; readonly result: Result }
  | { readonly kind: 'failed'; readonly result: Result };

export interface Line<Row, Result> {
  readonly row: Row;
  readonly state: LineState<Result>;
}

export type Lines<Row, Result> = readonly Line<Row, Result>[];

export const begin = <Row, Result>(rows: readonly Row[]): Lines<Row, Result> => rows.map((row) => ({ row, state: { kind: 'waiting' } }));

const put = <Row, Result>(lines: Lines<Row, Result>, at: number, line: Line<Row, Result>): Lines<Row, Result> => lines.map((one, i) => (i === at ? line : one));

interface How<Row, Result> {
  readonly step: (row: Row) => Promise<Result>;
  readonly isThrough: (result: Result) => boolean;
  /** What a thrown error counts as. */
  readonly broken: Result;
  readonly onchange: (lines: Lines<Row, Result>) => void;
  /** Asked before each row: what has not begun stays as it is. */
  readonly isStopped: () => boolean;
}

export async function walk<Row, Result>(from: Lines<Row, Result>, how: How<Row, Result>): Promise<Lines<Row, Result>> {
  let lines = from;
  const set = (at: number, line: Line<Row, Result>): void => how.onchange((lines = put(lines, at, line)));
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    if (!line || line.state.kind !== 'waiting') continue;
    if (how.isStopped()) break;
    set(at, { row: line.row, state: { kind: 'running' } });
    const result = await how.step(line.row).catch(() => how.broken);
    set(at, { row: line.row, state: { kind: how.isThrough(result) ? 'through' : 'failed', result } });
  }
  return lines;
}

/** What failed, or was not begun, waits again; with a newer row where there is one. */
export const again = <Row extends { readonly id: string }, Result>(lines: Lines<Row, Result>, newer: readonly Row[] = []): Lines<Row, Result> =>
  lines.map((line) => (line.state.kind === 'failed' ? { row: newer.find((row) => row.id === line.row.id) ?? line.row, state: { kind: 'waiting' } } : line));

export interface Tally {
  readonly all: number;
  readonly through: number;
  readonly failed: number;
  readonly waiting: number;
}

export function tally<Row, Result>(lines: Lines<Row, Result>): Tally {
  const count = (kind: LineState<Result>['kind']): number => lines.filter((line) => line.state.kind === kind).length;
  return { all: lines.length, through: count('through'), failed: count('failed'), waiting: count('waiting') + count('running') };
}
