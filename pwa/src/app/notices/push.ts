// Whether this browser can be knocked at, as one closed union; the decisions are here and pure, push.svelte.ts asks the browser.

/** `install_first`: iOS knocks only at apps on the home screen. `not_offered`: the county's server has no keys for it. */
export type PushStanding = 'on' | 'off' | 'denied' | 'install_first' | 'unsupported' | 'not_offered';

export interface PushFacts {
  readonly supported: boolean;
  readonly ios: boolean;
  readonly installed: boolean;
  readonly permission: 'default' | 'granted' | 'denied';
  /** The county's public key; null when it offers none. */
  readonly key: string | null;
  /** Bound to this key, here and at the county. */
  readonly subscribed: boolean;
}

export function standing(facts: PushFacts): PushStanding {
  if (facts.key === null) return 'not_offered';
  if (!facts.supported) return facts.ios && !facts.installed ? 'install_first' : 'unsupported';
  if (facts.permission === 'denied') return 'denied';
  return facts.subscribed && facts.permission === 'granted' ? 'on' : 'off';
}

/** A public key as the browser wants it, from base64url. */
export function keyBytes(key: string): Uint8Array<ArrayBuffer> {
  const text = atob(key.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Whether a subscription was made for another key: it would stay silent for ever. */
export function sameKey(of: ArrayBuffer | null, key: string): boolean {
  if (of === null) return false;
  const [a, b] = [new Uint8Array(of), keyBytes(key)];
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
