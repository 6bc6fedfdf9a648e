// Two lists laid side by side: what this phone has sealed and what the server holds of it. Done at each start, daily, and whenever the server's
// epoch is new (it was restored from a backup): the only way to find out that something acknowledged is gone again.
import type { Database } from './db';
import type { Host } from './host';
import { API, type Link } from './link';
import { getMeta, putMeta, readMeta, type Device } from './meta';
import type { OperationRow } from './model';
import { requeue } from './settle';
import { storageStatus } from './quota';
import { reconcileAnswer, type ReconcileAnswer } from './wire';

export const RECONCILE_EVERY_MS = 24 * 3_600_000;

export type ReconcileOutcome =
  /** `held`: how many operations and files the office was told of as still here. */
  | { readonly kind: 'done'; readonly resend: number; readonly held: number }
  | { readonly kind: 'link' }
  | { readonly kind: 'unauthorised'; readonly status: number }
  | { readonly kind: 'failed' };

export async function reconcile(host: Host, link: Link, db: Database, device: Device, authorization: string): Promise<ReconcileOutcome> {
  const operations = await db.read(['operations'], (tx) => tx.objectStore('operations').index('seq').getAll());
  const report = await inventory(host, db, operations);
  const reply = await link.send({
    method: 'POST',
    url: `${API}/devices/${device.id}/reconcile`,
    headers: { Authorization: authorization, 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...report, items: operations.map(item) }),
    timeout_ms: 60_000,
  });
  if (reply.kind !== 'ours') return { kind: 'link' };
  if (reply.status === 401 || reply.status === 403) return { kind: 'unauthorised', status: reply.status };
  const answer = reply.status === 200 ? reconcileAnswer(reply.body) : null;
  if (!answer) return { kind: 'failed' };
  // What was never acknowledged is on its way anyway (or waits for a person); only what the server once had counts as lost.
  const progress = new Map(operations.map((row) => [row.id, row.progress]));
  const gone = answer.lacking.filter((id) => (progress.get(id) ?? 'sealed') !== 'sealed');
  // A backup may lie between the answers and their photos: what has its receipt here and is incomplete there has lost its photos.
  const halved = answer.known.filter((known) => !known.complete && progress.get(known.operation_id) === 'confirmed');
  const again = [...gone, ...halved.map((known) => known.operation_id)];
  // First what must be sent again, then the note that a reconcile was made: killed in between, the next start reconciles once more.
  await requeue(db, again);
  await note(db, answer, new Set(again), host.now());
  if (answer.erased.length > 0) await (await import('./erased')).forgetErased(db, answer.erased);
  return { kind: 'done', resend: again.length, held: report.held.operations + report.held.files };
}

const item = (row: OperationRow): object => ({ seq: row.seq, operation_id: row.id, hash: row.sha256, state: row.progress });

/** What the unsent board shows of this phone: how much it still holds, never what anybody did when. */
async function inventory(host: Host, db: Database, operations: readonly OperationRow[]) {
  const held = operations.filter((row) => row.progress === 'sealed' || row.progress === 'received');
  const files = await db.read(['files'], async (tx) => {
    let count = 0;
    for (const row of held) count += (await tx.objectStore('files').index('owner').getAll(row.id)).filter((file) => file.upload === 'held').length;
    return count;
  });
  const storage = await storageStatus(host);
  return {
    epoch: (await readMeta(db, 'reconciled'))?.epoch ?? null,
    sealed_through: (await readMeta(db, 'last_seq')) ?? 0,
    held: {
      operations: operations.filter((row) => row.progress === 'sealed').length,
      files,
      oldest_at: held[0]?.made_at ?? null,
    },
    free_bytes: storage.free_bytes,
    persisted: storage.persisted,
    app_version: host.appVersion,
  };
}

function note(db: Database, answer: ReconcileAnswer, again: ReadonlySet<string>, now: number): Promise<void> {
  return db.write(['operations', 'meta'], async (tx) => {
    for (const known of answer.known) {
      const row = await tx.objectStore('operations').get(known.operation_id);
      if (!row || again.has(row.id)) continue;
      if (known.hash !== row.sha256) await tx.objectStore('operations').put({ ...row, problem: { kind: 'differs', what: 'body' } });
      else if (known.complete) await tx.objectStore('operations').put({ ...row, reconciled_epoch: answer.epoch });
    }
    const epochs = (await getMeta(tx, 'epochs')) ?? [];
    if (epochs.at(-1) !== answer.epoch) await putMeta(tx, 'epochs', [...epochs, answer.epoch]);
    await putMeta(tx, 'reconciled', { epoch: answer.epoch, at: now, safe_through: answer.safe_through });
  });
}
