// The server's answers, read field by field. A shape that is not as agreed gives `null`, and null counts as "not our server": better to
// send again than to take a stranger's word for delivered work. Unknown extra fields are ignored.
import { fields, integer, list, text, texts } from './fields';
import type { Changed } from './model';

export { problemAnswer, type ProblemAnswer } from './session.wire';

export interface OperationAnswer {
  readonly server_seq: number;
  readonly accepted_at: string;
  readonly outcome: 'applied' | 'conflict' | 'waiting' | 'nothing';
  readonly flags: readonly string[];
  readonly changed: readonly Changed[];
  readonly missing: readonly string[];
  readonly receipt: string | null;
}

export function operationAnswer(body: unknown, operation_id: string): OperationAnswer | null {
  const answer = fields(body);
  const server_seq = integer(answer?.['server_seq']);
  const accepted_at = text(answer?.['accepted_at']);
  const outcome = answer?.['outcome'];
  if (!answer || answer['operation_id'] !== operation_id || server_seq === null || accepted_at === null) return null;
  if (outcome !== 'applied' && outcome !== 'conflict' && outcome !== 'waiting' && outcome !== 'nothing') return null;
  if (!Array.isArray(answer['missing'])) return null;
  return {
    server_seq,
    accepted_at,
    outcome,
    flags: list(answer['flags']).flatMap((flag) => text(fields(flag)?.['code']) ?? text(flag) ?? []),
    changed: list(answer['changed']).flatMap((row) => changed(row) ?? []),
    missing: texts(answer['missing']),
    receipt: text(answer['receipt']),
  };
}

function changed(value: unknown): Changed | null {
  const row = fields(value);
  const noun = text(row?.['noun']);
  const id = text(row?.['id']);
  if (!row || noun === null || id === null) return null;
  return { noun, id, version: integer(row['version']) ?? 0, state: text(row['state']), number: text(row['number']) };
}

export type ReceiptAnswer = { readonly kind: 'missing'; readonly missing: readonly string[] } | { readonly kind: 'receipt'; readonly jws: string };

export function receiptAnswer(status: number, body: unknown): ReceiptAnswer | null {
  const answer = fields(body);
  if (status === 202 && Array.isArray(answer?.['missing'])) return { kind: 'missing', missing: texts(answer['missing']) };
  const jws = text(answer?.['receipt']);
  return status === 200 && jws !== null ? { kind: 'receipt', jws } : null;
}

export interface ReconcileAnswer {
  readonly epoch: string;
  readonly safe_through: number | null;
  readonly known: readonly { readonly operation_id: string; readonly hash: string; readonly complete: boolean }[];
  readonly lacking: readonly string[];
  /** Photos that the county erased on purpose. */
  readonly erased: readonly string[];
}

export function reconcileAnswer(body: unknown): ReconcileAnswer | null {
  const answer = fields(body);
  const epoch = text(answer?.['epoch']);
  if (!answer || epoch === null || !Array.isArray(answer['known']) || !Array.isArray(answer['lacking'])) return null;
  return {
    epoch,
    safe_through: integer(answer['safe_through']),
    known: list(answer['known']).flatMap((value) => {
      const row = fields(value);
      const operation_id = text(row?.['operation_id']);
      const hash = text(row?.['hash']);
      return operation_id !== null && hash !== null ? [{ operation_id, hash: bareHash(hash), complete: row?.['complete'] === true }] : [];
    }),
    lacking: texts(answer['lacking']),
    erased: texts(answer['erased']),
  };
}

/** Hashes name their algorithm on the wire (`sha-256:…`); rows here keep the hex. */
export const bareHash = (hash: string): string => hash.replace(/^sha-256:/, '');
