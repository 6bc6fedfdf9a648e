// What a phone can know of its photos as evidence before anything is sent: the county decides the rest.
import type { PhotoFlag, PhotoRef } from './rows';

/** Photos that are, byte for byte, the ones that show the fault: they cannot prove its repair. */
export function reused<T extends { readonly sha256: string }>(photos: readonly T[], before: readonly Pick<PhotoRef, 'sha256'>[]): readonly T[] {
  const known = new Set(before.flatMap((photo) => photo.sha256 ?? []));
  return photos.filter((photo) => known.has(photo.sha256));
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
