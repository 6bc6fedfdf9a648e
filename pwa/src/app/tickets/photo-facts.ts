// What is known about a photo, in words: when, by which camera, where, how exactly, and how old that position is.
import type { PhotoRef } from '@/core';
import { dayTime, distance } from '@/i18n/format';
import { tickets } from '@/i18n/tickets';

/** A position older than this is told with its age. */
const FRESH_MS = 60_000;

/** Eight winds; 0 = north. */
export const wind = (degrees: number): number => Math.round((((degrees % 360) + 360) % 360) / 45) % 8;

/** Minutes between the position and the photo, null while it was fresh. */
export function ageOfFix(photo: Pick<PhotoRef, 'taken_at' | 'fixed_at'>): number | null {
  if (!photo.taken_at || !photo.fixed_at) return null;
  const age = Date.parse(photo.taken_at) - Date.parse(photo.fixed_at);
  return age > FRESH_MS ? Math.round(age / 60_000) : null;
}

export function photoFacts(photo: PhotoRef): readonly string[] {
  const t = tickets().photo;
  const age = ageOfFix(photo);
  const where = photo.lon === null ? [t.noPosition] : [photo.source ? t.source[photo.source] : '', photo.accuracy_m === null ? '' : t.accuracy(distance(photo.accuracy_m)), age === null ? '' : t.older(age)];
  const flags: Readonly<Record<string, string>> = tickets().flag;
  return [
    photo.taken_at ? t.takenAt(dayTime(photo.taken_at)) : '',
    photo.capture ? t.capture[photo.capture] : '',
    photo.capture_reason ? t.reason(photo.capture_reason) : '',
    ...where,
    typeof photo.heading === 'number' ? t.heading(Math.round(photo.heading), t.winds[wind(photo.heading)] ?? '') : '',
    ...(photo.flags ?? []).map((flag) => flags[flag] ?? flag),
  ].filter(Boolean);
}
