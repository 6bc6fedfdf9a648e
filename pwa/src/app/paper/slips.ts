// Slips with one-time codes: what their QR code says, and how they lie on paper.
import type { Slip } from '@/api/types';

/** So many are cut from one A4. */
export const SLIPS_PER_SHEET = 4;

/** Opens the sign-in with everything filled in, also on a phone that somebody else uses. */
export const slipLink = (origin: string, { login, code }: Pick<Slip, 'login' | 'code'>): string =>
  `${origin}/#/signin?login=${encodeURIComponent(login)}&code=${encodeURIComponent(code)}&other=1`;

/** Village by village: whoever hands them out goes through the township once. */
export const inOrder = (slips: readonly Slip[]): readonly Slip[] =>
  [...slips].sort((a, b) => [a.township_name, a.unit_name, a.name].join(' ').localeCompare([b.township_name, b.unit_name, b.name].join(' '), 'zh'));

export const onSheets = (slips: readonly Slip[]): readonly (readonly Slip[])[] =>
  Array.from({ length: Math.ceil(slips.length / SLIPS_PER_SHEET) }, (_, i) => slips.slice(i * SLIPS_PER_SHEET, (i + 1) * SLIPS_PER_SHEET));
