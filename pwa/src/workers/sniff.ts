// What a picked file is, by its bytes and never by its name: what the server will see too. Pure, so that it is tested without a browser.

export function sniff(bytes: Uint8Array): string | null {
  const ascii = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg';
  if (bytes[0] === 0x89 && ascii(1, 4) === 'PNG') return 'image/png';
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'image/webp';
  if (ascii(4, 8) === 'ftyp' && /^(heic|heix|heim|heis|hevc|mif1|msf1)$/.test(ascii(8, 12))) return 'image/heic';
  return null;
}

const SOS = 0xda;
const EOI = 0xd9;

/**
 * Whether the file reaches its own end. Browsers show a JPEG that was cut in half with a grey rest and say nothing; the person still stands there
 * and can take it again, the office later cannot. Only JPEG is walked: the other formats fail to decode when cut.
 */
export function whole(bytes: Uint8Array, media_type: string): boolean {
  if (media_type !== 'image/jpeg') return true;
  let at = 2;
  // Segments up to the first scan, so that the end of an embedded preview is not taken for the end of the picture.
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return false;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === SOS) break;
    at += 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
  }
  // From the back: a camera may append a film or padding after the end, but a whole picture has its end somewhere after the scan began.
  for (let i = bytes.length - 2; i > at; i--) if (bytes[i] === 0xff && bytes[i + 1] === EOI) return true;
  return false;
}
