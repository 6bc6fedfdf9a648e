// A receipt is believed only when its signature holds and it names exactly what lies here.
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { checkReceipt, signingKeys, type Manifest } from '../../src/core/receipts';
import type { SigningKey } from '../../src/core/meta';
import { FakeServer } from './fake-server';

const server = new FakeServer();
let keys: readonly SigningKey[];
const manifest: Manifest = {
  operation: { id: 'op-1', seq: 3, sha256: 'aa' },
  files: [{ file_id: 'f1', sha256: 'bb', bytes: 5 }],
  device_id: 'd1',
  person_id: 'p1',
};
const claims = {
  iss: 'lalian',
  aud: 'lalian-device',
  sub: 'op-1',
  epoch: 'epoch-1',
  person_id: 'p1',
  server_seq: 9,
  hash: 'sha-256:aa',
  status: 'accepted',
  device: { id: 'd1', seq: 3 },
  files: [{ file_id: 'f1', hash: 'sha-256:bb', bytes: 5 }],
};

beforeEach(async () => {
  keys = signingKeys(await (await server.fetch('/.well-known/jwks.json')).json()) ?? [];
});

test('a true receipt is valid', async () => {
  expect(await checkReceipt(await server.jws(claims), keys, manifest)).toEqual({
    kind: 'valid',
    receipt: { operation_id: 'op-1', epoch: 'epoch-1', server_seq: 9, status: 'accepted' },
  });
});

const WRONG: Record<string, [object, string]> = {
  'of another operation': [{ sub: 'op-2' }, 'operation'],
  'of another person': [{ person_id: 'p2' }, 'operation'],
  'of another device': [{ device: { id: 'd2', seq: 3 } }, 'device'],
  'of another number': [{ device: { id: 'd1', seq: 4 } }, 'device'],
  'without a device': [{ device: null }, 'device'],
  'over another body': [{ hash: 'sha-256:ab' }, 'hash'],
  'over another photo': [{ files: [{ file_id: 'f1', hash: 'sha-256:bc', bytes: 5 }] }, 'files'],
  'over a shorter photo': [{ files: [{ file_id: 'f1', hash: 'sha-256:bb', bytes: 4 }] }, 'files'],
  'without the photo': [{ files: [] }, 'files'],
  'for another audience': [{ aud: 'lalian-api' }, 'audience'],
  'from another issuer': [{ iss: 'other' }, 'audience'],
};
for (const [name, [change, why]] of Object.entries(WRONG)) {
  test(`one ${name} is not`, async () => {
    expect(await checkReceipt(await server.jws({ ...claims, ...change }), keys, manifest)).toEqual({ kind: 'invalid', why });
  });
}

test('neither is one with another algorithm, type, a touched text or no shape', async () => {
  expect(await checkReceipt(await server.jws(claims, { alg: 'none', kid: 'k1', typ: 'lalian-receipt+jws' }), keys, manifest)).toEqual({ kind: 'invalid', why: 'type' });
  expect(await checkReceipt(await server.jws(claims, { alg: 'ES256', kid: 'k1', typ: 'JWT' }), keys, manifest)).toEqual({ kind: 'invalid', why: 'type' });
  const [head, , signature] = (await server.jws(claims)).split('.');
  const forged = Buffer.from(JSON.stringify({ ...claims, server_seq: 1 })).toString('base64url');
  expect(await checkReceipt(`${head}.${forged}.${signature}`, keys, manifest)).toEqual({ kind: 'invalid', why: 'signature' });
  expect(await checkReceipt('not a receipt', keys, manifest)).toEqual({ kind: 'invalid', why: 'shape' });
});

test('an unknown key asks for the keys again; keys of other kinds are left out', async () => {
  expect(await checkReceipt(await server.jws(claims), [], manifest)).toEqual({ kind: 'unknown_key' });
  expect(signingKeys({ keys: [{ kty: 'RSA', kid: 'x', n: '', e: '' }, { kty: 'EC', crv: 'P-384', kid: 'y', x: 'a', y: 'b' }] })).toEqual([]);
  expect(signingKeys('<html>')).toBeNull();
});
