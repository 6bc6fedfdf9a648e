// The sealed work of one person on this phone, as it is looked at: what waits, and what people see of it. How answers of the server change it
// is in settle.ts.
import type { Database } from './db';
import type { FileRow, OperationRow, Work, WorkState } from './model';

export interface Waiting {
  readonly operations: readonly OperationRow[];
  readonly files: ReadonlyMap<string, readonly FileRow[]>;
}

const unfinished = (row: OperationRow): boolean => row.progress === 'sealed' || row.progress === 'received';

/** Everything that is not confirmed yet, in the order of sealing, with its photos. */
export function waiting(db: Database): Promise<Waiting> {
  return db.read(['operations', 'files'], async (tx) => {
    const operations = (await tx.objectStore('operations').index('seq').getAll()).filter(unfinished);
    const files = new Map<string, readonly FileRow[]>();
    for (const { id } of operations) files.set(id, await tx.objectStore('files').index('owner').getAll(id));
    return { operations, files };
  });
}

// ---------------------------------------------------------------- what people see

/** Own inspections may be corrected this long after the county accepted them. */
const CORRECT_MS = 72 * 3_600_000;

export function workOf(row: OperationRow, files: readonly FileRow[], now: { sending: string | null; needs_login: boolean }): Work {
  const left = files.filter((file) => file.upload === 'held' || file.upload === 'lost');
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    state: stateOf(row, now),
    made_at: row.sealed_at,
    photos: { all: files.length, stored: files.length - left.length, bytes_left: left.reduce((sum, file) => sum + file.bytes, 0) },
    problem: row.problem,
    flags: row.verdict.kind === 'accepted' ? row.verdict.flags : [],
    receipt: row.confirmed_at !== null,
    correctable_until:
      row.kind === 'inspection.submit' && row.verdict.kind === 'accepted' ? Date.parse(row.verdict.accepted_at) + CORRECT_MS : null,
  };
}

function stateOf(row: OperationRow, now: { sending: string | null; needs_login: boolean }): WorkState {
  if (row.verdict.kind === 'refused') return 'refused';
  if (row.verdict.kind === 'accepted' && row.verdict.outcome === 'conflict') return 'conflict';
  if (row.progress === 'purged' || row.progress === 'confirmed') return row.progress;
  if (now.sending === row.id) return 'sending';
  if (now.needs_login) return 'waiting_login';
  return row.progress;
}

/** Things that only a person can put right. */
export function needsAttention(row: OperationRow): boolean {
  return row.problem?.kind === 'refused' || row.problem?.kind === 'bytes_lost' || row.problem?.kind === 'differs' || row.problem?.kind === 'local';
}
