// How the outbox changes: each answer of the server, and each deletion, is one transaction. Being killed between two of them leaves either the old
// state or the new one, and both can be carried on from.
import { sha256 } from './bytes';
import type { Database, WriteTx } from './db';
import { getMeta } from './meta';
import type { FileRow, OperationRow, SyncProblem, Verdict } from './model';
import type { Waiting } from './outbox';
import type { OperationAnswer, ProblemAnswer } from './wire';

/**
 * Photos in the order in which they are sent: those of failed answers first (a ticket waits for them), then the rest; inside each, the oldest
 * work first.
 */
export function sendingOrder(waiting: Waiting): readonly { readonly operation: OperationRow; readonly file: FileRow }[] {
  const all = waiting.operations
    .filter((operation) => operation.progress === 'received')
    .flatMap((operation) => (waiting.files.get(operation.id) ?? []).map((file) => ({ operation, file })))
    .filter(({ file }) => file.upload === 'held');
  const urgent = (file: FileRow): boolean => file.role === 'before' || file.role === 'after' || file.role === 'finding';
  return [...all.filter(({ file }) => urgent(file)), ...all.filter(({ file }) => !urgent(file))];
}

type Change = (row: OperationRow, tx: WriteTx) => Promise<OperationRow> | OperationRow;

/** Applies one change to one row; a row that is gone stays gone. */
function change(db: Database, id: string, apply: Change): Promise<void> {
  return db.write(['operations', 'files', 'file_bytes', 'receipts', 'meta'], async (tx) => {
    const row = await tx.objectStore('operations').get(id);
    if (row) await tx.objectStore('operations').put(await apply(row, tx));
  });
}

/** The server has the operation (first time or again). Files that it does not miss are stored. */
export function settleAnswer(db: Database, id: string, answer: OperationAnswer): Promise<void> {
  return change(db, id, async (row, tx) => {
    const problem = await markFiles(tx, id, new Set(answer.missing));
    const verdict: Verdict = {
      kind: 'accepted',
      outcome: answer.outcome,
      server_seq: answer.server_seq,
      accepted_at: answer.accepted_at,
      flags: answer.flags,
      changed: answer.changed,
    };
    return { ...row, verdict, progress: row.progress === 'sealed' ? 'received' : row.progress, problem };
  });
}

/**
 * The server will not apply it. When it kept the operation all the same, its photos still go up and a receipt comes; when not, it stays here,
 * shown with the reason, until a person has it sent again.
 */
export function settleRefusal(db: Database, id: string, problem: ProblemAnswer): Promise<void> {
  return change(db, id, (row) => ({
    ...row,
    verdict: { kind: 'refused', code: problem.code, words: problem.words, server_seq: problem.server_seq },
    progress: problem.kept && row.progress === 'sealed' ? 'received' : row.progress,
    problem: { kind: 'refused', code: problem.code, words: problem.words },
  }));
}

export function settleProblem(db: Database, id: string, problem: SyncProblem | null): Promise<void> {
  return change(db, id, (row) => ({ ...row, problem }));
}

export function settleFile(db: Database, file_id: string, upload: FileRow['upload']): Promise<void> {
  return db.write(['operations', 'files'], async (tx) => {
    const file = await tx.objectStore('files').get(file_id);
    if (!file) return;
    await tx.objectStore('files').put({ ...file, upload });
    if (upload !== 'lost') return;
    const row = await tx.objectStore('operations').get(file.owner);
    if (row) await tx.objectStore('operations').put({ ...row, problem: { kind: 'bytes_lost', file_id } });
  });
}

/** What the server still misses of an operation, by hash. */
export function settleMissing(db: Database, id: string, missing: readonly string[]): Promise<void> {
  return change(db, id, async (row, tx) => {
    const lost = await markFiles(tx, id, new Set(missing));
    return row.problem === null ? { ...row, problem: lost } : row;
  });
}

export function settleReceipt(db: Database, id: string, jws: string, receipt: { epoch: string; server_seq: number }, now: number): Promise<void> {
  return change(db, id, async (row, tx) => {
    await tx.objectStore('receipts').put({ operation_id: id, jws, epoch: receipt.epoch, server_seq: receipt.server_seq, checked_at: now });
    await markFiles(tx, id, new Set());
    return { ...row, progress: row.progress === 'purged' ? 'purged' : 'confirmed', confirmed_at: row.confirmed_at ?? now, problem: refusedOnly(row) };
  });
}

/** The server does not have it (restored from a backup, or never got it): everything about it is sent again. */
export function requeue(db: Database, ids: readonly string[]): Promise<void> {
  return db.write(['operations', 'files', 'file_bytes'], async (tx) => {
    for (const id of ids) {
      const row = await tx.objectStore('operations').get(id);
      if (!row) continue;
      let problem: SyncProblem | null = null;
      for (const file of await tx.objectStore('files').index('owner').getAll(id)) {
        const here = await tx.objectStore('file_bytes').getKey(file.file_id);
        if (here === undefined) problem = lostBytes(file);
        await tx.objectStore('files').put({ ...file, upload: here === undefined ? 'lost' : 'held' });
      }
      await tx.objectStore('operations').put({
        ...row,
        progress: 'sealed',
        verdict: { kind: 'unknown' },
        confirmed_at: null,
        reconciled_epoch: null,
        problem,
      });
    }
  });
}

const refusedOnly = (row: OperationRow): SyncProblem | null => (row.problem?.kind === 'refused' ? row.problem : null);

const lostBytes = ({ file_id }: FileRow): SyncProblem => ({ kind: 'bytes_lost', file_id });

/** Gives back what to say when a missing photo is lost here. */
async function markFiles(tx: WriteTx, owner: string, missing: ReadonlySet<string>): Promise<SyncProblem | null> {
  let problem: SyncProblem | null = null;
  for (const file of await tx.objectStore('files').index('owner').getAll(owner)) {
    if (file.upload === 'purged') continue;
    if (!missing.has(file.sha256)) {
      if (file.upload !== 'stored') await tx.objectStore('files').put({ ...file, upload: 'stored' });
      continue;
    }
    const here = await tx.objectStore('file_bytes').getKey(file.file_id);
    const upload = file.upload === 'stored' ? (here === undefined ? 'lost' : 'held') : file.upload;
    if (upload !== file.upload) await tx.objectStore('files').put({ ...file, upload });
    if (upload === 'lost') problem = lostBytes(file);
  }
  return problem;
}

/**
 * Photos that were given up and lie here after all, byte for byte as they were sealed, are sent like any other. Hashed before the transaction,
 * which may await nothing but itself.
 */
export async function revive(db: Database, owner: string): Promise<void> {
  const lost = (await db.read(['files'], (tx) => tx.objectStore('files').index('owner').getAll(owner))).filter((file) => file.upload === 'lost');
  const whole = new Set<string>();
  // One after the other: a photo may be 20 MB.
  for (const { file_id, sha256: hash } of lost) {
    const bytes = await db.read(['file_bytes'], (tx) => tx.objectStore('file_bytes').get(file_id));
    if (bytes && (await sha256(bytes)) === hash) whole.add(file_id);
  }
  if (whole.size === 0) return;
  await change(db, owner, async (row, tx) => {
    let problem: SyncProblem | null = row.problem?.kind === 'bytes_lost' ? null : row.problem;
    for (const file of await tx.objectStore('files').index('owner').getAll(owner)) {
      if (file.upload !== 'lost') continue;
      if (whole.has(file.file_id)) await tx.objectStore('files').put({ ...file, upload: 'held' });
      else problem ??= lostBytes(file);
    }
    return { ...row, problem };
  });
}

// ---------------------------------------------------------------- deleting

const HOUR_MS = 3_600_000;
/** Time for a person to notice that something is wrong. */
export const KEEP_MS = 72 * HOUR_MS;
/** When the server can point at no backup and no replica, the phone is the second copy for longer. */
export const KEEP_WITHOUT_BACKUP_MS = 14 * 24 * HOUR_MS;

/**
 * The rule of decisions.md 4: a valid receipt, a reconcile under the present epoch, 72 hours, and a backup that includes it. All of them, and
 * nothing else (a full phone, an impatient tap, the end of a round) deletes a photo.
 */
export function mayPurge(row: OperationRow, reconciled: { epoch: string; safe_through: number | null } | null, now: number): boolean {
  if (row.progress !== 'confirmed' || row.confirmed_at === null || row.verdict.kind !== 'accepted' || reconciled === null) return false;
  if (row.reconciled_epoch !== reconciled.epoch) return false;
  const age = now - row.confirmed_at;
  if (reconciled.safe_through === null) return age >= KEEP_WITHOUT_BACKUP_MS;
  return age >= KEEP_MS && row.verdict.server_seq <= reconciled.safe_through;
}

/** Deletes the photo bytes of operations that may go; thumbnails, bodies and receipts stay. Gives back how many operations it purged. */
export function purge(db: Database, now: number): Promise<number> {
  return db.write(['operations', 'files', 'file_bytes', 'receipts', 'meta'], async (tx) => {
    const reconciled = await getMeta(tx, 'reconciled');
    // The server has begun a new life since the last reconcile: what it said before no longer counts.
    if (reconciled === null || (await getMeta(tx, 'epochs'))?.at(-1) !== reconciled.epoch) return 0;
    let count = 0;
    for (const row of await tx.objectStore('operations').getAll()) {
      const receipt = await tx.objectStore('receipts').get(row.id);
      if (!receipt || !mayPurge(row, reconciled, now)) continue;
      for (const file of await tx.objectStore('files').index('owner').getAll(row.id)) {
        await tx.objectStore('file_bytes').delete(file.file_id);
        await tx.objectStore('files').put({ ...file, upload: 'purged' });
      }
      await tx.objectStore('operations').put({ ...row, progress: 'purged' });
      count += 1;
    }
    return count;
  });
}
