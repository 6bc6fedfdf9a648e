// What a signed sheet must say before it is handed in; the county judges the time again.

const ZONE = '+08:00';
const MINUTE_MS = 60_000;

/** A local time of the county, as a field of the page gives it; null while it is none. */
export function signedAt(local: string): string | null {
  const at = Date.parse(`${local.length === 16 ? `${local}:00` : local}${ZONE}`);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

export interface SignFaults {
  readonly photo?: true;
  readonly name?: true;
  readonly when?: 'needTime' | 'future' | 'early';
}

/** `issued_at` to the minute: a sheet says no seconds. */
export function signFaults(form: { readonly name: string; readonly when: string; readonly photos: number }, issued_at: string | null, now: number): SignFaults {
  const at = signedAt(form.when);
  const moment = at === null ? null : Date.parse(at);
  const issued = issued_at === null ? null : Math.floor(Date.parse(issued_at) / MINUTE_MS) * MINUTE_MS;
  const when = moment === null ? 'needTime' : moment > now ? 'future' : issued !== null && moment < issued ? 'early' : null;
  return { ...(form.photos === 0 ? { photo: true } : {}), ...(form.name.trim() === '' ? { name: true } : {}), ...(when ? { when } : {}) };
}
