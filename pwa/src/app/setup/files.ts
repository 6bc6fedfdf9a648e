// What kind of file somebody dropped, told by its first bytes and its name: what can never be read is said at once, with what to do, before a
// slow line has carried it.

export const MAX_BYTES = 50 * 1024 ** 2;

export type FileKind = 'workbook' | 'csv' | 'geojson' | 'checklists' | 'archive';
/** Why it is not sent at all; each has its words. */
export type Unfit = 'tooLarge' | 'empty' | 'locked' | 'oldExcel' | 'macros' | 'unknown';
export type Judged = { readonly fit: true; readonly kind: FileKind } | { readonly fit: false; readonly why: Unfit };

const unfit = (why: Unfit): Judged => ({ fit: false, why });
const fit = (kind: FileKind): Judged => ({ fit: true, kind });

const startsWith = (head: Uint8Array, bytes: readonly number[]): boolean => bytes.every((byte, i) => head[i] === byte);
const ZIP = [0x50, 0x4b, 0x03, 0x04];
/** The container of old Excel files, and of new ones with a password. */
const OLE = [0xd0, 0xcf, 0x11, 0xe0];

/** `head` are the first bytes, at least 4 where there are as many. */
export function judge(name: string, size: number, head: Uint8Array): Judged {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  if (size === 0) return unfit('empty');
  if (size > MAX_BYTES) return unfit('tooLarge');
  if (ending === 'xlsm' || ending === 'xltm' || ending === 'xlsb') return unfit('macros');
  if (startsWith(head, OLE)) return unfit(ending === 'xlsx' ? 'locked' : 'oldExcel');
  if (startsWith(head, ZIP)) return ending === 'zip' ? fit('archive') : ending === 'xlsx' ? fit('workbook') : unfit('unknown');
  if (ending === 'xls' || ending === 'et') return unfit('oldExcel');
  if (ending === 'csv' || ending === 'txt') return fit('csv');
  if (ending === 'geojson') return fit('geojson');
  // Told apart when it is read.
  if (ending === 'json') return fit('checklists');
  return unfit('unknown');
}

/** Text as office programs of the country save it: what is no UTF-8 is read as GB 18030. */
export function textOf(bytes: ArrayBuffer): { readonly text: string; readonly converted: boolean } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), converted: false };
  } catch {
    return { text: new TextDecoder('gb18030').decode(bytes), converted: true };
  }
}

/** A county's six digits are enough: the register wants twelve. Null when it is no county's code. */
export function countyCode(typed: string): string | null {
  const digits = typed.normalize('NFKC').replace(/\s/g, '');
  return /^\d{6}(000000)?$/.test(digits) && !digits.startsWith('0') ? digits.slice(0, 6) + '000000' : null;
}

/** One cell, quoted where it has to be. */
const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The table from which a county is made; its name tells the server what it is. */
export const countyFile = (code: string, name: string, inspector = ''): { readonly name: string; readonly text: string } => ({
  name: `county ${name.trim()}.csv`,
  text: `code,name,inspector_zh\r\n${code},${cell(name.trim())},${cell(inspector.trim())}\r\n`,
});
