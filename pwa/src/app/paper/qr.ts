// The picture of a QR code as one path on a grid of modules. The library only says which modules are dark; drawing is ours, because the page's
// policy takes no markup from strings.
import encodeQR from 'qr';

export interface QrShape {
  /** Modules along one side, with the quiet zone that scanners want. */
  readonly size: number;
  /** Path data in units of one module. */
  readonly d: string;
}

/** What the code on a site's plate says: the same address opens the site in the app and by a phone's own camera. */
export const siteLink = (origin: string, code: string): string => `${origin}/#/s/${encodeURIComponent(code)}`;

const QUIET_ZONE = 4;

/** How much of a code may be scratched or wet: a quarter on a plate; less in a list on paper, where larger dots read better. */
export type Spare = 'quartile' | 'low';

export function qrShape(text: string, spare: Spare = 'quartile'): QrShape {
  const rows = encodeQR(text, 'raw', { ecc: spare, border: QUIET_ZONE });
  let d = '';
  rows.forEach((row, y) => {
    // Runs of dark modules as one rectangle each: hairlines between modules would disturb a scanner.
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x += 1;
      d += `M${from} ${y}h${x - from + 1}v1h-${x - from + 1}z`;
    }
  });
  return { size: rows.length, d };
}
