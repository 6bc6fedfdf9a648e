// What a phone can know of its photos as evidence before anything is sent: the county decides the rest.
import type { PhotoFlag, PhotoRef, Ticket } from './rows';

type Shown = Pick<Ticket, 'id' | 'number' | 'site_id' | 'state' | 'before' | 'after'>;

/** A photo that was used before: it shows this very fault (`ticket` null), or another ticket of another place. */
export interface Reuse<T> {
  readonly photo: T;
  readonly ticket: Shown | null;
}

/** Repairs that were put forward; what was only recorded may still be taken elsewhere. */
const PUT_FORWARD: ReadonlySet<Ticket['state']> = new Set(['submitted', 'closed']);

/**
 * Photos that are, byte for byte, ones that the county would not take as a repair: of this fault as it was, or of another ticket in this
 * phone's own working set. One photo for several tickets of one site is allowed, so those do not count. The feed brings the hashes.
 */
export function reused<T extends { readonly sha256: string }>(photos: readonly T[], ticket: Pick<Shown, 'id' | 'site_id' | 'before'>, others: readonly Shown[]): readonly Reuse<T>[] {
  if (photos.length === 0) return [];
  const wanted = new Set(photos.map((photo) => photo.sha256));
  const known = new Map<string, Shown | null>();
  for (const other of others) {
    if (other.id === ticket.id || (other.site_id !== null && other.site_id === ticket.site_id)) continue;
    for (const { sha256 } of PUT_FORWARD.has(other.state) ? [...other.before, ...other.after] : other.before) if (sha256 && wanted.has(sha256)) known.set(sha256, other);
  }
  // The fault's own photo is the plainer word.
  for (const { sha256 } of ticket.before) if (sha256) known.set(sha256, null);
  return photos.flatMap((photo) => {
    const other = known.get(photo.sha256);
    return other === undefined ? [] : [{ photo, ticket: other }];
  });
}

/** The flags that still stand, strongest first. */
const ORDER: Readonly<Record<PhotoFlag['strength'], number>> = { strong: 0, look: 1, weak: 2, off: 3 };
export const standing = (flags: readonly PhotoFlag[]): readonly PhotoFlag[] =>
  [...flags.filter((flag) => flag.overruled === null)].sort((a, b) => ORDER[a.strength] - ORDER[b.strength]);

/** A repair whose photos raise a strong flag passes on site only. */
export function asksForVisit(flags: readonly PhotoFlag[], after: readonly Pick<PhotoRef, 'operation_id'>[]): boolean {
  const operations = new Set(after.map((photo) => photo.operation_id));
  return flags.some((flag) => flag.strength === 'strong' && flag.overruled === null && operations.has(flag.operation_id));
}
