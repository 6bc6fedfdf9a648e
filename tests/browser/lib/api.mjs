// The desk over public HTTP, for what a story needs beside the screens, and receipts checked with the published key.
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import assert from 'node:assert/strict';

/** Somebody at a desk. */
export async function desk(url, { login, password }) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/session`, { method: 'POST', headers, body: JSON.stringify({ login, password }) });
  const me = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(me));
  headers.authorization = `Bearer ${me.access_token}`;

  async function get(path) {
    const response = await fetch(`${url}${path}`, { headers });
    const body = await response.json();
    assert.equal(response.status, 200, `${path}: ${JSON.stringify(body)}`);
    return body;
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
    /** Seals and sends desk work that must be applied. */
    async operate(kind, payload) {
      const id = randomUUID();
      const post = me.posts[0];
      const body = JSON.stringify({
        schema: 'lalian.operation/1', operation_id: id, kind, author: { person_id: me.person.id, post_id: post.id }, device: null,
        entered_by: null, capture: 'desktop', after: [], made_at: new Date().toISOString(),
        clock: { tz: 'Asia/Shanghai', boot_id: 'desk', last_server_at: null, device_at_last_server: null, monotonic_ms: null },
        app_version: 'browser-story', payload, files: [],
      });
      const response = await fetch(`${url}/api/v1/operations/${id}`, { method: 'PUT', headers, body });
      const answer = await response.json();
      assert.equal(response.status, 201, JSON.stringify(answer));
      assert.equal(answer.outcome, 'applied', JSON.stringify(answer));
      return answer;
    },
  };
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
