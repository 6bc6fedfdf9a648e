// A server that speaks the protocol of decisions.md 4 from memory, strict where the real one is strict: it hashes what it gets, keeps bytes verbatim,
// numbers operations, and refuses what nobody named. Faults are put before or after its work, as networks and crashes do.
import { base64url, sha256 } from '../../src/core/bytes';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Answers instead of the server. `before`: its work is not done. `after`: it is done, and this is what the phone gets to see. */
export interface Fault {
  readonly when: 'before' | 'after';
  readonly answer: (seen: Seen) => Response | 'cut';
}

interface Stored {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly hash: string;
  readonly server_seq: number;
  readonly status: 'accepted' | 'refused';
  readonly device_id: string;
  readonly seq: number;
  readonly files: readonly { file_id: string; sha256: string; bytes: number }[];
  receipt: string | null;
}

interface Upload {
  readonly id: string;
  readonly sha256: string;
  readonly length: number;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface FeedRow {
  readonly noun: string;
  readonly id: string;
  readonly version: number;
  readonly row: unknown;
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({ status, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers } });
const problem = (status: number, code: string, more: object = {}): Answer => ({
  status,
  body: JSON.stringify({ code, status, title_zh: '不行', title_en: 'No', next_zh: '', next_en: '', ...more }),
  headers: { 'Content-Type': 'application/problem+json' },
});
const bare = (status: number, headers: Record<string, string> = {}): Answer => ({ status, body: null, headers: { 'Tus-Resumable': '1.0.0', ...headers } });

interface Answer {
  readonly status: number;
  readonly body: string | null;
  readonly headers: Record<string, string>;
}

export class FakeServer {
  epoch = 'epoch-1';
  min_client: string | null = null;
  now = Date.parse('2026-11-22T08:00:00Z');
  person = { id: 'person-1', login: '13800000001', name: '甲', must_change_password: false };
  posts: object[] = [{ id: 'post-1', role: 'inspector', unit_kind: 'county', unit_id: 'c1', unit_name: '县' }];
  password = 'correct horse';
  signedIn = true;
  refuse: ((envelope: { kind: string; payload: unknown }) => string | null) | null = null;
  safe_through: number | null = null;
  operations = new Map<string, Stored>();
  files = new Map<string, Uint8Array<ArrayBuffer>>();
  uploads = new Map<string, Upload>();
  feed: (FeedRow | { noun: string; id: string; version: number; removed: true })[] = [];
  oldestCursor = 0;
  seen: Seen[] = [];
  faults: ((seen: Seen) => Fault | null)[] = [];
  /** How many times each operation's bytes were put, and how many photo bytes arrived at all. */
  puts = new Map<string, number>();
  bytesIn = 0;
  #keys: CryptoKeyPair | null = null;
  #kid = 'k1';

  readonly fetch = async (input: string, init: RequestInit = {}): Promise<Response> => {
    const seen: Seen = {
      method: (new Headers(init.headers).get('x-http-method-override') ?? init.method ?? 'GET').toUpperCase(),
      path: input,
      headers: new Headers(init.headers),
      body: await bytesOf(init.body ?? null),
    };
    if (init.signal?.aborted) throw new DOMException('aborted', 'AbortError');
    this.seen.push(seen);
    let fault: Fault | null = null;
    for (const make of this.faults) fault ??= make(seen);
    if (fault?.when === 'before') return answerOf(fault, seen);
    const answer = await this.#handle(seen);
    if (fault?.when === 'after') return answerOf(fault, seen);
    const headers = new Headers(answer.headers);
    if (seen.path.startsWith('/api/')) {
      headers.set('Lalian-Epoch', this.epoch);
      if (this.min_client !== null) headers.set('Lalian-Min-Client', this.min_client);
      headers.set('Lalian-Server-At', new Date(this.now).toISOString());
    }
    return new Response(answer.body, { status: answer.status, headers });
  };

  /** As after `lalian restore`: what was accepted after the backup is gone, and everybody can see that it is another life. */
  restore(keep: (id: string) => boolean, keepFile: (sha: string) => boolean = () => true): void {
    for (const id of [...this.operations.keys()]) if (!keep(id)) this.operations.delete(id);
    const named = new Set([...this.operations.values()].flatMap((row) => row.files.map((file) => file.sha256)));
    for (const sha of [...this.files.keys()]) if (!named.has(sha) || !keepFile(sha)) this.files.delete(sha);
    // Signed after the backup: that moment has not come yet.
    for (const row of this.operations.values()) if (this.missing(row).length > 0) row.receipt = null;
    this.uploads.clear();
    this.epoch = `epoch-${Number(this.epoch.slice(6)) + 1}`;
  }

  async #handle(seen: Seen): Promise<Answer> {
    const { pathname, searchParams } = new URL(seen.path, 'https://server.test');
    const parts = pathname.split('/').slice(3);
    const route = `${seen.method} ${parts.map((part, i) => (i === 1 && parts[0] !== 'session' && parts[0] !== 'sync' ? ':id' : part)).join('/')}`;
    if (pathname === '/.well-known/jwks.json') return json(200, { keys: [await this.#jwk()] });
    const session = /^(POST|GET) session/.test(route) || route === 'GET sync' || route.startsWith('GET sync/');
    if (!session && !this.#admits(seen.headers.get('authorization'))) return problem(401, 'signed_out');
    const id = parts[1] ?? '';
    switch (route) {
      case 'POST session':
        return this.#login(seen);
      case 'POST session/refresh':
        return this.signedIn ? json(200, this.#me()) : problem(401, 'signed_out');
      case 'POST session/logout':
        this.signedIn = false;
        return bare(204);
      case 'PUT operations/:id':
        return this.#put(id, seen);
      case 'GET operations/:id/receipt':
        return this.#receipt(id);
      case 'POST uploads':
        return this.#create(seen);
      case 'HEAD uploads/:id':
        return this.#head(id);
      case 'PATCH uploads/:id':
        return this.#patch(id, seen);
      case 'POST devices/:id/reconcile':
        return this.#reconcile(seen);
      case 'GET sync':
        return this.#sync(Number(searchParams.get('cursor')));
      case 'GET sync/snapshot':
        return this.#snapshot(Number(searchParams.get('page') ?? '0'));
      default:
        return problem(404, 'not_found');
    }
  }

  /** Every device that was bound, with whose it is; `device` is the one bound last. */
  readonly devices = new Map<string, { readonly public_key: JsonWebKey; readonly person_id: string; credential: string }>();
  #last = 'device-1';
  get device(): { id: string; public_key: JsonWebKey } | null {
    const known = this.devices.get(this.#last);
    return known ? { id: this.#last, public_key: known.public_key } : null;
  }
  set device(device: { id: string; public_key: JsonWebKey } | null) {
    if (!device) return;
    this.#last = device.id;
    this.devices.set(device.id, { public_key: device.public_key, person_id: this.person.id, credential: this.credential });
  }

  /** The credential of the device bound last; another one counts from now on. */
  #credential = 'cred-1';
  get credential(): string {
    return this.#credential;
  }
  set credential(credential: string) {
    this.#credential = credential;
    const last = this.devices.get(this.#last);
    if (last) last.credential = credential;
  }

  #admits(authorization: string | null): boolean {
    const [, id, credential] = /^Device ([^:]+):(.+)$/.exec(authorization ?? '') ?? [];
    return id !== undefined && credential !== undefined && this.devices.get(id)?.credential === credential;
  }

  async #login(seen: Seen): Promise<Answer> {
    const { login, password, device } = JSON.parse(new TextDecoder().decode(seen.body)) as {
      login: string;
      password: string;
      device: { id: string; public_key: JsonWebKey };
    };
    if (login !== this.person.login || password !== this.password) return problem(401, 'wrong_login');
    this.device = device;
    this.signedIn = true;
    return json(200, { ...this.#me(), device: { id: device.id, send_credential: this.credential } });
  }

  #me(): object {
    return {
      person: this.person,
      posts: this.posts,
      demo: true,
      epoch: this.epoch,
      access_token: `token-${this.person.id}`,
      expires_in: 900,
      device: { id: this.#last },
      limits: { body_bytes: 262_144, files: 60, file_bytes: 20_971_520 },
    };
  }

  async #put(id: string, seen: Seen): Promise<Answer> {
    this.puts.set(id, (this.puts.get(id) ?? 0) + 1);
    const hash = await sha256(seen.body);
    const known = this.operations.get(id);
    if (known) return known.hash === hash ? this.#answer(200, id, known) : problem(409, 'id_reused');
    const envelope = JSON.parse(new TextDecoder().decode(seen.body)) as {
      kind: string;
      after: string[];
      device: { id: string; seq: number };
      payload: unknown;
      files: Stored['files'];
    };
    if (!(await this.#signed(seen, envelope.device.id))) return problem(422, 'bad_signature', { status: 'refused', operation_id: id, server_seq: 0 });
    if (envelope.after.some((other) => !this.operations.has(other))) return problem(425, 'not_yet');
    const refusal = this.refuse?.(envelope) ?? null;
    const row: Stored = {
      bytes: seen.body,
      hash,
      server_seq: this.operations.size + 1,
      status: refusal === null ? 'accepted' : 'refused',
      device_id: envelope.device.id,
      seq: envelope.device.seq,
      files: envelope.files,
      receipt: null,
    };
    this.operations.set(id, row);
    if (refusal !== null) {
      return problem(422, refusal, { operation_id: id, server_seq: row.server_seq, status: 'refused', receipt: await this.#sign(id, row) });
    }
    return this.#answer(201, id, row);
  }

  async #signed(seen: Seen, device_id: string): Promise<boolean> {
    const device = this.devices.get(device_id);
    if (!device) return true;
    const [name, value] = (seen.headers.get('lalian-signature') ?? '').split(' ');
    if (name !== 'es256' || !value) return false;
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const key = await crypto.subtle.importKey('jwk', device.public_key, algorithm, false, ['verify']);
    const signature = Uint8Array.from(atob(value.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, seen.body);
  }

  async #answer(status: number, id: string, row: Stored): Promise<Answer> {
    return json(status, {
      operation_id: id,
      server_seq: row.server_seq,
      accepted_at: new Date(this.now).toISOString(),
      status: row.status,
      outcome: 'applied',
      flags: [],
      changed: [],
      missing: this.missing(row),
      receipt: await this.#sign(id, row),
    });
  }

  missing(row: Stored): string[] {
    return row.files.map((file) => file.sha256).filter((sha) => !this.files.has(sha));
  }

  async #receipt(id: string): Promise<Answer> {
    const row = this.operations.get(id);
    if (!row) return problem(404, 'not_found');
    const jws = await this.#sign(id, row);
    return jws === null ? json(202, { operation_id: id, missing: this.missing(row) }) : json(200, { receipt: jws });
  }

  /** Signed once, when complete. */
  async #sign(id: string, row: Stored): Promise<string | null> {
    if (this.missing(row).length > 0) return null;
    row.receipt ??= await this.jws({
      iss: 'lalian',
      aud: 'lalian-device',
      sub: id,
      epoch: this.epoch,
      person_id: this.devices.get(row.device_id)?.person_id ?? this.person.id,
      server_seq: row.server_seq,
      hash: `sha-256:${row.hash}`,
      status: row.status,
      device: { id: row.device_id, seq: row.seq },
      files: row.files.map((file) => ({ file_id: file.file_id, hash: `sha-256:${file.sha256}`, bytes: file.bytes })),
    });
    return row.receipt;
  }

  async jws(claims: object, header: object = { alg: 'ES256', kid: this.#kid, typ: 'lalian-receipt+jws' }): Promise<string> {
    const part = (value: object): string => base64url(new TextEncoder().encode(JSON.stringify(value)));
    const text = `${part(header)}.${part(claims)}`;
    const keys = await this.#pair();
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, keys.privateKey, new TextEncoder().encode(text));
    return `${text}.${base64url(signature)}`;
  }

  rotateKeys(): void {
    this.#keys = null;
    this.#kid = `k${Number(this.#kid.slice(1)) + 1}`;
  }

  async #pair(): Promise<CryptoKeyPair> {
    this.#keys ??= await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    return this.#keys;
  }

  async #jwk(): Promise<object> {
    return { ...(await crypto.subtle.exportKey('jwk', (await this.#pair()).publicKey)), kid: this.#kid, use: 'sig', alg: 'ES256' };
  }

  #create(seen: Seen): Answer {
    const length = Number(seen.headers.get('upload-length'));
    const sha = atob((seen.headers.get('upload-metadata') ?? '').replace('sha256 ', ''));
    const named = [...this.operations.values()].some((row) => row.files.some((file) => file.sha256 === sha && file.bytes === length));
    if (!named) return problem(404, 'upload_unnamed');
    const id = `u-${sha}`;
    const upload = this.uploads.get(id) ?? { id, sha256: sha, length, bytes: this.files.get(sha) ?? new Uint8Array() };
    this.uploads.set(id, upload);
    return bare(201, { Location: `/api/v1/uploads/${id}`, 'Upload-Offset': String(upload.bytes.byteLength) });
  }

  #head(id: string): Answer {
    const upload = this.uploads.get(id);
    if (!upload) return bare(404);
    return bare(200, { 'Upload-Offset': String(upload.bytes.byteLength), 'Upload-Length': String(upload.length) });
  }

  async #patch(id: string, seen: Seen): Promise<Answer> {
    const upload = this.uploads.get(id);
    if (!upload) return problem(404, 'not_found');
    if (Number(seen.headers.get('upload-offset')) !== upload.bytes.byteLength) return problem(409, 'wrong_offset');
    const claimed = (seen.headers.get('upload-checksum') ?? '').replace('sha256 ', '');
    const got = btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', seen.body))));
    if (claimed !== got) return problem(460, 'checksum_mismatch');
    this.bytesIn += seen.body.byteLength;
    upload.bytes = concat(upload.bytes, seen.body);
    if (upload.bytes.byteLength === upload.length) {
      if ((await sha256(upload.bytes)) !== upload.sha256) {
        upload.bytes = new Uint8Array();
        return problem(460, 'checksum_mismatch');
      }
      this.files.set(upload.sha256, upload.bytes);
    }
    return bare(204, { 'Upload-Offset': String(upload.bytes.byteLength) });
  }

  #reconcile(seen: Seen): Answer {
    const { items } = JSON.parse(new TextDecoder().decode(seen.body)) as { items: { operation_id: string; hash: string }[] };
    const known = items.flatMap(({ operation_id }) => {
      const row = this.operations.get(operation_id);
      return row ? [{ operation_id, hash: `sha-256:${row.hash}`, server_seq: row.server_seq, status: row.status, complete: this.missing(row).length === 0 }] : [];
    });
    const lacking = items.map((item) => item.operation_id).filter((id) => !this.operations.has(id));
    return json(200, { epoch: this.epoch, safe_through: this.safe_through, server_at: new Date(this.now).toISOString(), known, lacking, unknown: [], gaps: [] });
  }

  #sync(cursor: number): Answer {
    if (!Number.isSafeInteger(cursor) || cursor < this.oldestCursor || cursor > this.feed.length) return problem(410, 'gone');
    const changes = this.feed.slice(cursor, cursor + 3);
    const next = cursor + changes.length;
    return json(200, {
      epoch: this.epoch,
      cursor: String(next),
      more: next < this.feed.length,
      changes: changes.map((change) => ({ removed: false, row: null, ...change })),
    });
  }

  #snapshot(page: number): Answer {
    const rows = new Map<string, FeedRow>();
    for (const change of this.feed) {
      const key = `${change.noun} ${change.id}`;
      if ('removed' in change) rows.delete(key);
      else rows.set(key, change);
    }
    const all = [...rows.values()].slice(page * 2, page * 2 + 2);
    const next = (page + 1) * 2 < rows.size ? String(page + 1) : null;
    return json(200, { epoch: this.epoch, cursor: String(this.feed.length), next, rows: all });
  }
}

async function bytesOf(body: BodyInit | null): Promise<Uint8Array<ArrayBuffer>> {
  return body === null ? new Uint8Array() : new Uint8Array(await new Response(body).arrayBuffer());
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.byteLength + b.byteLength);
  out.set(a);
  out.set(b, a.byteLength);
  return out;
}

function answerOf(fault: Fault, seen: Seen): Response {
  const answer = fault.answer(seen);
  if (answer === 'cut') throw new TypeError('network');
  return answer;
}

/** No two alike; filled in the pieces that WebCrypto gives at once. */
export function randomBytes(n: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(n);
  for (let at = 0; at < n; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}
