// One person's way to the server: looks at the database, does the most urgent thing, and says what it did. It remembers nothing that matters,
// so it can be killed at any point and started again; everything it sends may be sent twice.
// Order: answers first (a visit is safe in seconds even on 2G), then a reconcile when one is due, then photos of failed answers, then the other
// photos, then receipts, then deleting.
import type { Database } from './db';
import { ahead, backoff, type Reply } from './http';
import type { Host } from './host';
import { API, type Link } from './link';
import { getMeta, readMeta, writeMeta, type Device, type SigningKey } from './meta';
import type { FileProgress, OperationRow, SyncProblem } from './model';
import { waiting, type Waiting } from './outbox';
import { RECONCILE_EVERY_MS, reconcile } from './reconcile';
import { checkReceipt, signingKeys } from './receipts';
import { purge, requeue, revive, sendingOrder, settleAnswer, settleFile, settleMissing, settleProblem, settleReceipt, settleRefusal } from './settle';
import { upload, type ChunkSize, type Upload } from './uploads';
import { operationAnswer, problemAnswer, receiptAnswer } from './wire';

export type Step =
  /** Something was done; there may be more. */
  | { readonly kind: 'did' }
  /** Nothing can be done before this moment (null: before something new happens). */
  | { readonly kind: 'rest'; readonly until: number | null };

export interface LaneEvents {
  /** Rows of operations or files changed. */
  readonly changed: () => void;
  /** The server applied something: the working set is worth pulling. */
  readonly applied: () => void;
  /** An operation, and how far the photo of it that is on its way; null when it pauses. */
  readonly sending: (operation_id: string | null, file: FileProgress | null) => void;
  readonly needsLogin: (needed: boolean) => void;
}

interface Pause {
  readonly attempts: number;
  readonly until: number;
}

const PURGE_EVERY_MS = 3_600_000;
/** Whose pause is that of the published keys. */
const KEYS = 'keys';
const KEYS_MS = 30_000;

export class Lane {
  readonly db: Database;
  readonly #host: Host;
  readonly #link: Link;
  readonly #chunk: ChunkSize;
  readonly #events: LaneEvents;
  /** Per operation or photo, what its own troubles (425, a receipt not ready, a garbled photo) ask us to wait. Forgotten on restart, which only means asking sooner. */
  readonly #pauses = new Map<string, Pause>();
  #reconciled = false;
  #reconcileDue = 0;
  /** The office was told that something is held here, and waits to hear that it is not. */
  #toldHeld = false;
  #purgeDue = 0;
  /** A credential that the server did not take; sending waits for another one. */
  #rejected: string | null = null;

  constructor(db: Database, host: Host, link: Link, chunk: ChunkSize, events: LaneEvents) {
    this.db = db;
    this.#host = host;
    this.#link = link;
    this.#chunk = chunk;
    this.#events = events;
  }

  /** The server did not take our credential; only a login helps. */
  get blocked(): boolean {
    return this.#rejected !== null;
  }

  /** A person's tap, or a new login: nothing waits for its turn any more. */
  wake(): void {
    this.#pauses.clear();
    this.#rejected = null;
    this.#reconcileDue = 0;
  }

  /** The server was restored from a backup: what it once acknowledged must be compared before anything is deleted. */
  epochChanged(): void {
    this.#reconciled = false;
    this.#reconcileDue = 0;
  }

  /**
   * Does the most urgent thing; with `answers`, only if it is to send an answer (so that nobody's photos go before somebody's answers).
   * `stop` is asked inside long work, `hurry` ends it at once.
   */
  async step(stop: () => boolean, only: 'answers' | 'all' = 'all', hurry?: AbortSignal): Promise<Step> {
    const now = this.#host.now();
    const device = await readMeta(this.db, 'device');
    if (!device?.credential || device.credential === this.#rejected) return { kind: 'rest', until: null };
    const authorization = `Device ${device.id}:${device.credential}`;
    const state = await waiting(this.db);

    const operation = state.operations.find((row) => row.progress === 'sealed' && sendable(row) && this.#ready(row.id, now));
    if (operation) return this.#put(operation, device, authorization);
    if (only === 'answers') return { kind: 'rest', until: null };

    // Answers are safe; before hours of photos, find out whether the server still has what it once acknowledged.
    if (!ahead(this.#reconcileDue, now) && (await this.#reconcileWanted(now, state))) return this.#reconcile(device, authorization);

    const next = sendingOrder(state).find(({ operation: row, file }) => this.#ready(row.id, now) && this.#ready(file.file_id, now));
    if (next) return this.#upload(next.operation, next.file.file_id, device, authorization, { stop, hurry });

    const complete = state.operations.find((row) => row.progress === 'received' && !this.#held(state, row) && this.#ready(row.id, now));
    if (complete) return this.#receipt(complete, device, authorization);

    if (!ahead(this.#purgeDue, now)) {
      this.#purgeDue = now + PURGE_EVERY_MS;
      if ((await purge(this.db, now)) > 0) this.#events.changed();
    }
    return { kind: 'rest', until: this.#nextPause(state, now) };
  }

  /**
   * At each start, after a restore of the server, daily, and when an outbox that the office knows of has become empty. A phone that never
   * sealed anything has nothing to compare.
   */
  async #reconcileWanted(now: number, state: Waiting): Promise<boolean> {
    if (((await readMeta(this.db, 'last_seq')) ?? 0) === 0) return false;
    if (!this.#reconciled || (this.#toldHeld && state.operations.length === 0)) return true;
    // A note from the future was made under a clock that has been set back since.
    return Math.abs(now - ((await readMeta(this.db, 'reconciled'))?.at ?? 0)) >= RECONCILE_EVERY_MS;
  }

  #held(state: Waiting, row: OperationRow): boolean {
    return (state.files.get(row.id) ?? []).some((file) => file.upload === 'held');
  }

  // ---------------------------------------------------------------- the five things it can do

  async #put(row: OperationRow, device: Device, authorization: string): Promise<Step> {
    const { body, last_seq } = await this.db.read(['bodies', 'meta'], async (tx) => ({
      body: await tx.objectStore('bodies').get(row.id),
      last_seq: (await getMeta(tx, 'last_seq')) ?? 0,
    }));
    if (!body) {
      await settleProblem(this.db, row.id, { kind: 'bytes_lost', file_id: null });
      this.#events.changed();
      return { kind: 'did' };
    }
    this.#events.sending(row.id, null);
    const reply = await this.#link.send({
      method: 'PUT',
      url: `${API}/operations/${row.id}`,
      headers: {
        Authorization: authorization,
        'Content-Type': 'application/json',
        'Lalian-Signature': row.signature,
        'Lalian-Sealed-Through': String(last_seq),
      },
      body,
      timeout_ms: 30_000 + body.byteLength,
    });
    if (reply.kind !== 'ours') return this.#linkFailed();
    switch (reply.status) {
      case 200:
      case 201: {
        const answer = operationAnswer(reply.body, row.id);
        if (!answer) return this.#pause(row, { kind: 'not_ours', status: reply.status }, reply);
        await settleAnswer(this.db, row.id, answer);
        this.#pauses.delete(row.id);
        this.#events.changed();
        this.#events.applied();
        return answer.receipt === null ? { kind: 'did' } : this.#confirm(row, device, answer.receipt);
      }
      case 401:
      case 403:
        return this.#unauthorised(authorization);
      case 404:
      case 425:
        return this.#pause(row, { kind: 'waits_for_other', operation_id: row.after[0] ?? null }, reply);
      default: {
        const problem = problemAnswer(reply.body);
        if (!problem) return this.#pause(row, { kind: 'not_ours', status: reply.status }, reply);
        await settleRefusal(this.db, row.id, problem);
        this.#events.changed();
        return { kind: 'did' };
      }
    }
  }

  async #upload(row: OperationRow, file_id: string, device: Device, authorization: string, ends: Pick<Upload, 'stop' | 'hurry'>): Promise<Step> {
    const { file, bytes } = await this.db.read(['files', 'file_bytes'], async (tx) => ({
      file: await tx.objectStore('files').get(file_id),
      bytes: await tx.objectStore('file_bytes').get(file_id),
    }));
    if (!file) return { kind: 'did' };
    if (!bytes) return this.#lost(file_id);
    const progress = (sent: number): void => this.#events.sending(row.id, { file_id, sent, bytes: file.bytes });
    progress(0);
    const outcome = await upload(
      { host: this.#host, link: this.#link, authorization, chunk: this.#chunk, progress, ...ends },
      { sha256: file.sha256, bytes },
    );
    switch (outcome.kind) {
      case 'stored':
        await settleFile(this.db, file_id, 'stored');
        this.#pauses.delete(file_id);
        this.#events.changed();
        return { kind: 'did' };
      case 'stopped':
        return { kind: 'did' };
      case 'damaged':
        return this.#lost(file_id);
      case 'garbled':
        // The road's fault and not the photo's: this one waits, the others do not.
        this.#events.sending(row.id, null);
        this.#wait(file_id);
        return { kind: 'did' };
      case 'unauthorised':
        return this.#unauthorised(authorization);
      case 'link':
        return this.#linkFailed();
      case 'unnamed':
        // The server does not know who names this file. Its list of what is missing decides; a lost operation shows there too.
        return this.#askMissing(row, device, authorization);
    }
  }

  async #receipt(row: OperationRow, device: Device, authorization: string): Promise<Step> {
    const answer = await this.#fetchReceipt(row, authorization);
    if (answer.kind === 'did' || answer.kind === 'rest') return answer;
    if (answer.kind === 'missing') return this.#missing(row, answer.missing);
    return this.#confirm(row, device, answer.jws);
  }

  async #askMissing(row: OperationRow, device: Device, authorization: string): Promise<Step> {
    const answer = await this.#fetchReceipt(row, authorization);
    if (answer.kind === 'did' || answer.kind === 'rest') return answer;
    // Complete there, it says: believed like any receipt, by its signature.
    if (answer.kind === 'receipt') return this.#confirm(row, device, answer.jws);
    await settleMissing(this.db, row.id, answer.missing);
    this.#events.changed();
    return this.#pause(row, row.problem?.kind === 'bytes_lost' ? row.problem : null, null);
  }

  async #missing(row: OperationRow, missing: readonly string[]): Promise<Step> {
    await settleMissing(this.db, row.id, missing);
    await revive(this.db, row.id);
    this.#events.changed();
    const { files } = await waiting(this.db);
    // Something to send: do it now. Nothing (bytes lost here, or the server is still hashing): ask again later.
    if ((files.get(row.id) ?? []).some((file) => file.upload === 'held')) return { kind: 'did' };
    return this.#pause(row, row.problem, null);
  }

  async #fetchReceipt(row: OperationRow, authorization: string): Promise<Step | { kind: 'missing'; missing: readonly string[] } | { kind: 'receipt'; jws: string }> {
    const reply = await this.#link.send({
      method: 'GET',
      url: `${API}/operations/${row.id}/receipt`,
      headers: { Authorization: authorization },
      timeout_ms: 30_000,
    });
    if (reply.kind !== 'ours') return this.#linkFailed();
    if (reply.status === 401 || reply.status === 403) return this.#unauthorised(authorization);
    if (reply.status === 404) {
      // Acknowledged once and unknown now: the server lost it. Nothing is lost as long as it lies here.
      await requeue(this.db, [row.id]);
      this.#reconciled = false;
      this.#events.changed();
      // Not at once: a server that keeps saying both would otherwise be asked without end.
      return this.#pause(row, null, null);
    }
    const answer = receiptAnswer(reply.status, reply.body);
    return answer ?? this.#pause(row, { kind: 'not_ours', status: reply.status }, reply);
  }

  async #confirm(row: OperationRow, device: Device, jws: string): Promise<Step> {
    const { files, profile } = await this.db.read(['files', 'meta'], async (tx) => ({
      files: await tx.objectStore('files').index('owner').getAll(row.id),
      profile: await getMeta(tx, 'profile'),
    }));
    const manifest = { operation: row, files, device_id: device.id, person_id: row.author_id ?? profile?.person.id ?? '' };
    let check = await checkReceipt(jws, (await readMeta(this.db, 'keys'))?.keys ?? [], manifest);
    if (check.kind === 'unknown_key') {
      const keys = await this.#fetchKeys();
      // The keys come by another road than everything else, which may be well: this receipt waits, and nothing else.
      if (keys === null) return this.#pause(row, row.problem, null);
      check = await checkReceipt(jws, keys, manifest);
    }
    if (check.kind !== 'valid') return this.#pause(row, { kind: 'differs', what: 'receipt' }, null);
    await settleReceipt(this.db, row.id, jws, check.receipt, this.#host.now());
    this.#pauses.delete(row.id);
    this.#events.changed();
    return { kind: 'did' };
  }

  /** Null when they cannot be had now; then they are not asked for again before their own pause is over, however many receipts want them. */
  async #fetchKeys(): Promise<readonly SigningKey[] | null> {
    if (!this.#ready(KEYS, this.#host.now())) return null;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), KEYS_MS);
    try {
      const response = await this.#host.fetch('/.well-known/jwks.json', { cache: 'no-store', credentials: 'omit', signal: abort.signal });
      const keys = response.ok ? signingKeys(await response.json()) : null;
      if (keys) {
        await writeMeta(this.db, 'keys', { keys, fetched_at: this.#host.now() });
        this.#pauses.delete(KEYS);
        return keys;
      }
    } catch {
      // As good as no answer.
    } finally {
      clearTimeout(timer);
    }
    this.#wait(KEYS);
    return null;
  }

  async #reconcile(device: Device, authorization: string): Promise<Step> {
    const outcome = await reconcile(this.#host, this.#link, this.db, device, authorization);
    switch (outcome.kind) {
      case 'done':
        this.#reconciled = true;
        this.#toldHeld = outcome.held > 0;
        this.#purgeDue = 0;
        this.#events.changed();
        return { kind: 'did' };
      case 'link':
        return this.#linkFailed();
      case 'unauthorised':
        return this.#unauthorised(authorization);
      case 'failed':
        // Reconciling must not keep the rest from being sent.
        this.#reconciled = true;
        this.#reconcileDue = this.#host.now() + RECONCILE_EVERY_MS / 24;
        return { kind: 'did' };
    }
  }

  // ---------------------------------------------------------------- what stands in the way

  #linkFailed(): Step {
    this.#events.sending(null, null);
    return { kind: 'rest', until: this.#link.waiting?.until ?? this.#host.now() };
  }

  #unauthorised(authorization: string): Step {
    this.#rejected = authorization.slice(authorization.indexOf(':') + 1);
    this.#events.sending(null, null);
    this.#events.needsLogin(true);
    return { kind: 'rest', until: null };
  }

  /** This operation waits; the next one does not. */
  async #pause(row: OperationRow, problem: SyncProblem | null, reply: Reply | null): Promise<Step> {
    const asked = reply?.kind === 'ours' ? Number(reply.headers.get('retry-after') ?? '0') * 1000 : 0;
    this.#wait(row.id, Number.isFinite(asked) ? Math.min(asked, 3_600_000) : 0);
    if (JSON.stringify(problem) !== JSON.stringify(row.problem)) {
      await settleProblem(this.db, row.id, problem);
      this.#events.changed();
    }
    return { kind: 'did' };
  }

  #wait(id: string, asked = 0): void {
    const attempts = (this.#pauses.get(id)?.attempts ?? 0) + 1;
    this.#pauses.set(id, { attempts, until: this.#host.now() + Math.max(backoff(attempts, this.#host.random()), asked) });
  }

  async #lost(file_id: string): Promise<Step> {
    await settleFile(this.db, file_id, 'lost');
    this.#events.changed();
    return { kind: 'did' };
  }

  #ready(id: string, now: number): boolean {
    return !ahead(this.#pauses.get(id)?.until ?? 0, now);
  }

  #nextPause(state: Waiting, now: number): number | null {
    const ids = state.operations.flatMap((row) => [row.id, ...row.file_ids]);
    const due = ids.flatMap((id) => this.#pauses.get(id)?.until ?? []).filter((until) => ahead(until, now));
    return due.length > 0 ? Math.min(...due) : null;
  }
}

/** Not what the server refused without keeping (a person decides), and not what no longer exists here. */
const sendable = (row: OperationRow): boolean =>
  row.verdict.kind !== 'refused' && !(row.problem?.kind === 'bytes_lost' && row.problem.file_id === null);
