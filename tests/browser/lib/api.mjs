// The desk over public HTTP, for what a story needs beside the screens, and receipts checked with the published key.
import { createHash, createPublicKey, generateKeyPairSync, randomUUID, verify } from 'node:crypto';
import assert from 'node:assert/strict';

/** Somebody at a desk; `device` binds a local database, as a phone does when it signs in. */
export async function desk(url, { login, password }, { device } = {}) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/session`, { method: 'POST', headers, body: JSON.stringify({ login, password, device }) });
  const me = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(me));
  headers.authorization = `Bearer ${me.access_token}`;

  async function call(method, path, body, more = {}) {
    const response = await fetch(`${url}${path}`, { method, headers: { ...headers, ...more }, body });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  }
  async function get(path) {
    const { status, body } = await call('GET', path);
    assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
    return body;
  }
  /** Whole files after their operation, as tus does it. */
  async function upload(bytes) {
    const tus = { 'tus-resumable': '1.0.0' };
    const metadata = `sha256 ${Buffer.from(sha256(bytes)).toString('base64')}`;
    const made = await call('POST', '/api/v1/uploads', undefined, { ...tus, 'upload-length': String(bytes.length), 'upload-metadata': metadata });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const from = Number(made.headers.get('upload-offset'));
    if (from === bytes.length) return;
    const sent = await call('PATCH', made.headers.get('location'), bytes, { ...tus, 'upload-offset': String(from), 'content-type': 'application/offset+octet-stream' });
    assert.equal(sent.status, 204, JSON.stringify(sent.body));
  }

  return {
    me,
    get,
    /** Every item of a list. */
    async list(path) {
      const items = [];
      for (let cursor = ''; cursor !== null; ) {
        const page = await get(`${path}${path.includes('?') ? '&' : '?'}limit=200${cursor}`);
        items.push(...page.items);
        cursor = page.next ? `&cursor=${page.next}` : null;
      }
      return items;
    },
    /** A desk write that must be taken. */
    async post(path, body = {}) {
      const answer = await call('POST', path, JSON.stringify(body), { 'idempotency-key': randomUUID() });
      assert.ok(answer.status < 300, `${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    /** A file for the guided set-up; null where the server does not know it yet. */
    async bring(name, bytes, datum = 'wgs84') {
      const answer = await call('POST', `/api/v1/imports?${new URLSearchParams({ name, datum })}`, bytes, { 'idempotency-key': randomUUID(), 'content-type': 'application/octet-stream' });
      if (answer.status === 404 || answer.status === 405) return null;
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      return answer.body;
    },
    /** The same over the version that was seen. */
    async put(path, body) {
      const answer = await call('PUT', path, JSON.stringify(body), { 'idempotency-key': randomUUID() });
      assert.ok(answer.status < 300, `${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    /**
     * Seals and sends desk work that must be applied, and its files: `{bytes, role, item_path, …}`.
     * `envelope` overrides what the envelope says; `outcome` null takes any answer.
     */
    async operate(kind, payload, { files = [], envelope = {}, outcome = 'applied' } = {}) {
      const id = randomUUID();
      const post = me.posts[0];
      const body = JSON.stringify({
        schema: 'lalian.operation/1', operation_id: id, kind, author: { person_id: me.person.id, post_id: post.id }, device: null,
        entered_by: null, capture: 'desktop', after: [], made_at: new Date().toISOString(),
        clock: { tz: 'Asia/Shanghai', boot_id: 'desk', last_server_at: null, device_at_last_server: null, monotonic_ms: null },
        app_version: 'browser-story', payload,
        files: files.map(({ bytes, ...more }) => ({
          file_id: randomUUID(), sha256: sha256(bytes), bytes: bytes.length, media_type: 'image/jpeg', role: 'before', item_path: null, instance_key: '',
          of_file_id: null, taken_at: new Date().toISOString(), capture: 'in_page', capture_reason: null, reencoded: false, position: null, heading: null, ...more,
        })),
        ...envelope,
      });
      const answer = await call('PUT', `/api/v1/operations/${id}`, body);
      if (outcome !== null) {
        assert.equal(answer.status, 201, JSON.stringify(answer.body));
        assert.equal(answer.body.outcome, outcome, JSON.stringify(answer.body));
      }
      if (answer.status === 201) for (const { bytes } of files) await upload(bytes);
      return { id, ...answer.body };
    },
    /** Sends bytes that name no operation as one. */
    sendBroken: (bytes) => call('PUT', `/api/v1/operations/${randomUUID()}`, bytes),
  };
}

/** What a phone says of itself when it signs in. */
export function newDevice(name) {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  return { id: randomUUID(), name, public_key: { kty, crv, x, y }, app_version: '0.1.0' };
}

/** The claims of a receipt, checked with nothing but the published keys. */
export async function checkReceipt(url, receipt) {
  const [head, claims, signature] = receipt.split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url'));
  const { keys } = await (await fetch(`${url}/.well-known/jwks.json`)).json();
  const jwk = keys.find((key) => key.kid === header.kid);
  assert.ok(jwk, `a published key has the kid ${header.kid}`);
  assert.deepEqual([header.alg, header.typ], ['ES256', 'lalian-receipt+jws']);
  const key = createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }, format: 'jwk' });
  const genuine = verify('sha256', Buffer.from(`${head}.${claims}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  assert.ok(genuine, 'the signature is the published key’s');
  return JSON.parse(Buffer.from(claims, 'base64url'));
}

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
