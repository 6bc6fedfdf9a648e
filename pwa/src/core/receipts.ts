// The server's signed word that an operation and its files are durable. Nothing is believed that the signature does not cover, and nothing
// is deleted that the receipt does not name with the very hash that lies here.
import { fromBase64url, fromUtf8, utf8 } from './bytes';
import type { SigningKey } from './meta';
import type { FileRow, OperationRow } from './model';
import { bareHash } from './wire';

export interface Receipt {
  readonly operation_id: string;
  /**
   * Life of the server's data under which it was signed. An earlier one is no fault (a restore keeps what the backup held, receipts and
   * all), so it is noted and not refused: deleting asks for a reconcile under the present epoch (settle.ts).
   */
  readonly epoch: string;
  readonly server_seq: number;
  readonly status: string;
}

export type ReceiptCheck =
  | { readonly kind: 'valid'; readonly receipt: Receipt }
  /** Signed by a key we do not have: fetch the keys again. */
  | { readonly kind: 'unknown_key' }
  | { readonly kind: 'invalid'; readonly why: string };

const invalid = (why: string): ReceiptCheck => ({ kind: 'invalid', why });

interface Claims {
  readonly iss?: unknown;
  readonly aud?: unknown;
  readonly sub?: unknown;
  readonly epoch?: unknown;
  readonly server_seq?: unknown;
  readonly status?: unknown;
  readonly hash?: unknown;
  readonly person_id?: unknown;
  readonly device?: { readonly id?: unknown; readonly seq?: unknown } | null;
  readonly files?: unknown;
}

/** Own side of the comparison. */
export interface Manifest {
  readonly operation: Pick<OperationRow, 'id' | 'seq' | 'sha256'>;
  readonly files: readonly Pick<FileRow, 'file_id' | 'sha256' | 'bytes'>[];
  readonly device_id: string;
  readonly person_id: string;
}

export async function checkReceipt(jws: string, keys: readonly SigningKey[], manifest: Manifest): Promise<ReceiptCheck> {
  const [head, body, signature, ...rest] = jws.split('.');
  if (!head || !body || !signature || rest.length > 0) return invalid('shape');
  let header: { alg?: unknown; kid?: unknown; typ?: unknown };
  let claims: Claims;
  try {
    header = JSON.parse(fromUtf8(fromBase64url(head))) as typeof header;
    claims = JSON.parse(fromUtf8(fromBase64url(body))) as Claims;
  } catch {
    return invalid('shape');
  }
  if (header.alg !== 'ES256' || header.typ !== 'lalian-receipt+jws') return invalid('type');
  const key = keys.find((candidate) => candidate.kid === header.kid);
  if (!key) return { kind: 'unknown_key' };
  if (!(await verifies(key, `${head}.${body}`, signature))) return invalid('signature');

  if (claims.iss !== 'lalian' || claims.aud !== 'lalian-device') return invalid('audience');
  const { operation } = manifest;
  if (claims.sub !== operation.id || claims.person_id !== manifest.person_id) return invalid('operation');
  if (claims.device?.id !== manifest.device_id || claims.device.seq !== operation.seq) return invalid('device');
  if (claims.hash !== `sha-256:${operation.sha256}`) return invalid('hash');
  if (!sameFiles(claims.files, manifest.files)) return invalid('files');
  if (typeof claims.epoch !== 'string' || typeof claims.server_seq !== 'number' || typeof claims.status !== 'string') return invalid('shape');
  return {
    kind: 'valid',
    receipt: { operation_id: operation.id, epoch: claims.epoch, server_seq: claims.server_seq, status: claims.status },
  };
}

async function verifies(key: SigningKey, signed: string, signature: string): Promise<boolean> {
  try {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const imported = await crypto.subtle.importKey('jwk', key.jwk, algorithm, false, ['verify']);
    return await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, imported, fromBase64url(signature), utf8(signed));
  } catch {
    return false;
  }
}

/** Every own file, each with its own hash and length, and not one more. */
function sameFiles(claimed: unknown, own: Manifest['files']): boolean {
  if (!Array.isArray(claimed) || claimed.length !== own.length) return false;
  const named = new Map<unknown, { hash?: unknown; bytes?: unknown }>();
  for (const file of claimed as readonly { file_id?: unknown; hash?: unknown; bytes?: unknown }[]) named.set(file.file_id, file);
  return own.every((file) => {
    const claim = named.get(file.file_id);
    return typeof claim?.hash === 'string' && bareHash(claim.hash) === file.sha256 && claim.bytes === file.bytes;
  });
}

/** Published keys in the shape of RFC 7517; keys that cannot sign receipts are left out. */
export function signingKeys(body: unknown): readonly SigningKey[] | null {
  const keys = (body as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) return null;
  return (keys as readonly (JsonWebKey & { kid?: unknown })[]).flatMap((jwk) => {
    if (jwk.kty !== 'EC' || jwk.crv !== 'P-256' || typeof jwk.kid !== 'string' || !jwk.x || !jwk.y) return [];
    return [{ kid: jwk.kid, jwk: { kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y } }];
  });
}
