// What the code on a site's plate says: `<origin>/#/s/<site code>`. Plates hang for years, so the address before the code may be an older one; only
// the code counts. Anything else (a payment, a poster) is not ours and is never opened.

const PLATE = /#\/s\/([^/?#\s]{1,120})$/;
const CODE = /^[\p{L}\p{N}_.-]{1,40}$/u;

/** The site's code, or null when this is no plate of ours. */
export function plateCode(text: string): string | null {
  const found = PLATE.exec(text.trim())?.[1];
  if (found === undefined) return null;
  try {
    const code = decodeURIComponent(found);
    return CODE.test(code) ? code : null;
  } catch {
    return null;
  }
}
