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
  /** What of the draft is sealed; by default all of it. */
  readonly shape?: (draft: Draft) => Promise<unknown>;
}

/** Work to be sealed: a draft by its id, a draft only while it is handed in, or a command that never was a draft. */
export type Source = { readonly draft_id: string } | { readonly handed_in: string } | { readonly command: Draft; /** Named by it and with the county already. */ readonly there?: readonly FileRow[] };

export type SealResult =
  | { readonly kind: 'sealed'; readonly operation_id: string; readonly seq: number }
  | { readonly kind: 'too_large'; readonly what: 'body' | 'files' | 'file'; readonly limit: number; readonly actual: number }
  /** Neither a draft (or not one that is handed in) nor an operation has this id. */
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
  'ticket.stage': 1,
  'ticket.submit': 1,
  'ticket.verify': 1,
  'ticket.void': 1,
  'ticket.keep': 1,
  'ticket.ask': 1,
  'ticket.decide': 1,
  'ticket.withdraw_ask': 1,
  'ticket.resume': 1,
  'ticket.merge': 1,
  'ticket.relapse': 1,
  'ticket.remind': 1,
  'ticket.edit': 1,
  'ticket.mark_hard': 1,
  'ticket.answer_hard': 1,
  'ticket.archive': 1,
  'ticket.look_back': 1,
  'ticket.milestone': 1,
  'ticket.refer_done': 1,
  'ticket.refer_return': 1,
};

/** Safe to call twice and from two tabs: a draft becomes at most one operation, under its own id. */
export async function seal(context: SealContext, source: Source): Promise<SealResult> {
  const id = idOf(source);
  for (;;) {
    const base = await read(context.db, source);
    if (base.sealed) return { kind: 'sealed', operation_id: id, seq: base.sealed.seq };
    if (!base.draft || !base.device) return { kind: 'gone' };
    const seq = base.last_seq + 1;
    const made_at = base.draft.intent?.made_at ?? new Date(context.now()).toISOString();
    const body = utf8(JSON.stringify(await envelope(context, base.draft, base.files, base.device.id, seq, made_at)));
    const over = tooLarge(base.files, body.byteLength, base.limits);
    if (over) return over;
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, base.device.private_key, body);
    const { author } = makers(context, base.draft);
    const row: OperationRow = {
      id,
      seq,
      kind: base.draft.kind,
      subject: base.draft.subject,
      sha256: await sha256(body),
      signature: `es256 ${base64url(signature)}`,
      ...(author.person_id === context.author.person_id ? {} : { author_id: author.person_id }),
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
    if (await commit(context.db, row, body.buffer, base.draft, source)) return { kind: 'sealed', operation_id: id, seq };
  }
}

/** Why it would not be sealed, before anybody is told that it will be; null = nothing in the way. */
export async function obstacle(context: SealContext, draft_id: string): Promise<Exclude<SealResult, { kind: 'sealed' }> | null> {
  const base = await read(context.db, { draft_id });
  if (!base.draft || !base.device) return { kind: 'gone' };
  const body = utf8(JSON.stringify(await envelope(context, base.draft, base.files, base.device.id, base.last_seq + 1, new Date(context.now()).toISOString())));
  return tooLarge(base.files, body.byteLength, base.limits);
}

const idOf = (source: Source): string => ('command' in source ? source.command.id : 'handed_in' in source ? source.handed_in : source.draft_id);

function read(db: Database, source: Source) {
  const id = idOf(source);
  return db.read(['meta', 'drafts', 'operations', 'files'], async (tx) => {
    const found = 'command' in source ? source.command : await tx.objectStore('drafts').get(id);
    // The one door out of a draft: practice does not pass it, whoever asks.
    const draft = found?.subject.practice ? undefined : found;
    return {
      sealed: await tx.objectStore('operations').get(id),
      draft: 'handed_in' in source && !draft?.intent ? undefined : draft,
      files: 'command' in source && source.there ? [...source.there] : await tx.objectStore('files').index('owner').getAll(id),
      last_seq: (await getMeta(tx, 'last_seq')) ?? 0,
      device: await getMeta(tx, 'device'),
      limits: (await getMeta(tx, 'profile'))?.limits ?? DEFAULT_LIMITS,
    };
  });
}

/** Writes everything or nothing. False when the number was taken or the draft touched since it was read: the caller reads again. */
function commit(db: Database, row: OperationRow, body: ArrayBuffer, draft: Draft, source: Source): Promise<boolean> {
  const stored = !('command' in source);
  const there = 'command' in source ? (source.there ?? []) : [];
  return db.write(['meta', 'drafts', 'operations', 'bodies', 'files'], async (tx) => {
    if (((await getMeta(tx, 'last_seq')) ?? 0) !== row.seq - 1) return false;
    if (await tx.objectStore('operations').get(row.id)) return false;
    for (const file of there) await tx.objectStore('files').put(file);
    const files = await tx.objectStore('files').index('owner').getAllKeys(row.id);
    if (files.length !== row.file_ids.length || files.some((file) => !row.file_ids.includes(file))) return false;
    if (stored) {
      const now = await tx.objectStore('drafts').get(row.id);
      if (now?.updated_at !== draft.updated_at) return false;
      await tx.objectStore('drafts').delete(row.id);
      // What follows is handed in by the same commit: dying here, the phone knows that it is still to be sealed.
      const then = draft.intent?.then;
      if (then) await tx.objectStore('drafts').put({ ...then, intent: { ...draft.intent, then: null } });
    }
    await tx.objectStore('operations').add(row);
    await tx.objectStore('bodies').add(body, row.id);
    await putMeta(tx, 'last_seq', row.seq);
    return true;
  });
}

function tooLarge(files: readonly FileRow[], body_bytes: number, limits: Limits): Extract<SealResult, { kind: 'too_large' }> | null {
  if (files.length > limits.files) return { kind: 'too_large', what: 'files', limit: limits.files, actual: files.length };
  const largest = Math.max(0, ...files.map((file) => file.bytes));
  if (largest > limits.file_bytes) return { kind: 'too_large', what: 'file', limit: limits.file_bytes, actual: largest };
  return body_bytes > limits.body_bytes ? { kind: 'too_large', what: 'body', limit: limits.body_bytes, actual: body_bytes } : null;
}

/** The envelope of decisions.md 4. Built once per operation; the order of keys is for people who read it. */
async function envelope(context: SealContext, draft: Draft, files: readonly FileRow[], device_id: string, seq: number, made_at: string): Promise<object> {
  const { intent } = draft;
  return {
    schema: 'lalian.operation/1',
    operation_id: draft.id,
    kind: `${draft.kind}/${KIND_VERSION[draft.kind]}`,
    ...makers(intent ? { ...context, capture: intent.capture, author: { ...context.author, post_id: intent.post_id } } : context, draft),
    device: { id: device_id, seq },
    after: draft.after,
    made_at,
    clock: intent?.clock ?? context.clock.read(),
    app_version: intent?.app_version ?? context.app_version,
    payload: context.shape ? await context.shape(draft) : draft.payload,
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
