// Who can open an address, and which one is the address for others.
import { isOwnMachine } from './lan';

/** Who can open an address: everybody, phones of the same network, nobody (a phone refuses plain http its camera), or this machine alone. */
export type Reach = 'everywhere' | 'network' | 'plain' | 'machine';

/** Addresses that no router of the Internet carries. */
const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|\[f[cd]|\[fe80:)/i;

export function reachOf(address: string): Reach {
  const { protocol, hostname } = new URL(address);
  if (isOwnMachine(hostname)) return 'machine';
  if (protocol !== 'https:') return 'plain';
  return PRIVATE.test(hostname) || !/[.:]/.test(hostname) ? 'network' : 'everywhere';
}

/** What the server told decides; else the demo's way in for phones; else where this page was opened. */
export function addressFrom(health: unknown, lan: string | null, origin: string): string {
  const named = typeof health === 'object' && health !== null ? (health as { public_url?: unknown }).public_url : null;
  return typeof named === 'string' && URL.canParse(named) ? named.replace(/\/+$/, '') : (lan ?? origin);
}
