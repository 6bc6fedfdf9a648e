// Sealing: the moment when a draft and its photos become one immutable, numbered, signed operation. The body is serialised here once; what
// is stored, hashed, signed and sent are these bytes and no others. Numbers have no gaps, so the server can name what it has not seen.
import { base64url, sha256, utf8 } from './bytes';
import type { Clock } from './clock';
import type { Database } from './db';
import { getMeta, putMeta, DEFAULT_LIMITS, type Limits } from './meta';
import type { Draft, FileRow, Kind, OperationRow } from './model';
import type { InspectionPayload } from './payloads';

/** Who is working, as it will stand in the envelope. */
export interface Author {
  readonly person_id: string;
  readonly post_id: string;
}

export interface SealContext {
  readonly db: Database;
  readonly clock: Clock;
  readonly now: () => number;
  readonly app_version: string;
  readonly capture: 'phone' | 'desktop';
  readonly author: Author;
}

/** Work to be sealed: a draft by its id, or a command that never was a draft. */
export type Source = { readonly draft_id: string } | { readonly command: Draft };

export type SealResult =
  | { readonly kind: 'sealed'; readonly operation_id: string; readonly seq: number }
  | { readonly kind: 'too_large'; readonly what: 'body' | 'files' | 'file'; readonly limit: number; readonly actual: number }
  /** Neither a draft nor an operation has this id. */
  | { readonly kind: 'gone' };

/** Version of each kind's payload that this app writes. */
const KIND_VERSION: Record<Kind, number> = {
  'inspection.submit': 1,
  'inspection.correct': 1,
  'finding.report': 1,
  'ticket.issue': 1,
  'ticket.decline': 1,
  'ticket.accept': 1,
  'ticket.rectify': 1,
  'ticket.submit': 1,
  'ticket.verify': 1,
  'ticket.void': 1,
};

/** Safe to call twice and from two tabs: a draft becomes at most one operation, under its own id. */
export async function seal(context: SealContext, source: Source): Promise<SealResult> {
  const id = 'draft_id' in source ? source.draft_id : source.command.id;
  for (;;) {
    const base = await context.db.read(['meta', 'drafts', 'operations', 'files'], async (tx) => ({
      sealed: await tx.objectStore('operations').get(id),
      draft: 'draft_id' in source ? await tx.objectStore('drafts').get(id) : source.command,
      files: await tx.objectStore('files').index('owner').getAll(id),
      last_seq: (await getMeta(tx, 'last_seq')) ?? 0,
      device: await getMeta(tx, 'device'),
      limits: (await getMeta(tx, 'profile'))?.limits ?? DEFAULT_LIMITS,
    }));
    if (base.sealed) return { kind: 'sealed', operation_id: id, seq: base.sealed.seq };
    if (!base.draft || !base.device) return { kind: 'gone' };
    const over = tooLarge(base.files, base.limits);
    if (over) return over;

    const seq = base.last_seq + 1;
    const made_at = new Date(context.now()).toISOString();
    const body = utf8(JSON.stringify(envelope(context, base.draft, base.files, base.device.id, seq, made_at)));
    if (body.byteLength > base.limits.body_bytes) {
      return { kind: 'too_large', what: 'body', limit: base.limits.body_bytes, actual: body.byteLength };
    }
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, base.device.private_key, body);
    const row: OperationRow = {
      id,
      seq,
      kind: base.draft.kind,
      subject: base.draft.subject,
      sha256: await sha256(body),
      signature: `es256 ${base64url(signature)}`,
      file_ids: base.files.map((file) => file.file_id),
      after: base.draft.after,
      made_at,
      sealed_at: context.now(),
      progress: 'sealed',
      verdict: { kind: 'unknown' },
      confirmed_at: null,
      reconciled_epoch: null,
      problem: null,
    };
    if (await commit(context.db, row, body.buffer, base.draft, 'draft_id' in source)) return { kind: 'sealed', operation_id: id, seq };
  }
}

/** Writes everything or nothing. False when the number was taken or the draft touched since it was read: the caller reads again. */
function commit(db: Database, row: OperationRow, body: ArrayBuffer, draft: Draft, stored: boolean): Promise<boolean> {
  return db.write(['meta', 'drafts', 'operations', 'bodies', 'files'], async (tx) => {
    if (((await getMeta(tx, 'last_seq')) ?? 0) !== row.seq - 1) return false;
    if (await tx.objectStore('operations').get(row.id)) return false;
    const files = await tx.objectStore('files').index('owner').getAllKeys(row.id);
    if (files.length !== row.file_ids.length || files.some((file) => !row.file_ids.includes(file))) return false;
    if (stored) {
      const now = await tx.objectStore('drafts').get(row.id);
      if (now?.updated_at !== draft.updated_at) return false;
      await tx.objectStore('drafts').delete(row.id);
    }
    await tx.objectStore('operations').add(row);
    await tx.objectStore('bodies').add(body, row.id);
    await putMeta(tx, 'last_seq', row.seq);
    return true;
  });
}

function tooLarge(files: readonly FileRow[], limits: Limits): SealResult | null {
  if (files.length > limits.files) return { kind: 'too_large', what: 'files', limit: limits.files, actual: files.length };
  const largest = Math.max(0, ...files.map((file) => file.bytes));
  return largest > limits.file_bytes ? { kind: 'too_large', what: 'file', limit: limits.file_bytes, actual: largest } : null;
}

/** The envelope of decisions.md 4. Built once per operation; the order of keys is for people who read it. */
function envelope(context: SealContext, draft: Draft, files: readonly FileRow[], device_id: string, seq: number, made_at: string): object {
  return {
    schema: 'lalian.operation/1',
    operation_id: draft.id,
    kind: `${draft.kind}/${KIND_VERSION[draft.kind]}`,
    ...makers(context, draft),
    device: { id: device_id, seq },
    after: draft.after,
    made_at,
    clock: context.clock.read(),
    app_version: context.app_version,
    payload: draft.payload,
    files: files.map(fileReference),
  };
}

/** Whose work it is and how it got here: a filled-in sheet is the walker's, whoever types it in. */
function makers({ author, capture }: SealContext, draft: Draft): { author: Author; entered_by: Author | null; capture: string } {
  const sheet = draft.subject.paper ? (draft as Draft<InspectionPayload>).payload.paper : undefined;
  return sheet ? { author: sheet.author ?? author, entered_by: author, capture: 'paper' } : { author, entered_by: null, capture };
}

function fileReference(file: FileRow): object {
  return {
    file_id: file.file_id,
    sha256: file.sha256,
    bytes: file.bytes,
    media_type: file.media_type,
    role: file.role,
    item_path: file.item_path,
    instance_key: file.instance_key,
    of_file_id: file.of_file_id,
    taken_at: file.taken_at,
    capture: file.capture,
    capture_reason: file.capture_reason,
    reencoded: file.reencoded,
    position: file.position,
    heading: file.heading,
    last_server_at: file.clock?.last_server_at ?? null,
    monotonic_ms: file.clock?.monotonic_ms ?? null,
    ...(file.seconds === undefined ? {} : { seconds: file.seconds }),
  };
}
