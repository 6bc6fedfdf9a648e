// Whether a row is what somebody types: part of its name, its code, or the first sounds of its name (`ypz` for 云坪镇), which the server tells
// with the row. The same rule as the server's lists (`domain/names.rs`).

/** Lower case, full-width letters and digits as half-width ones, no spaces. */
export function fold(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/\s/g, '')
    .toLowerCase();
}

/** What fits `asked`, among rows of which one says the words they are found by; everything fits nothing typed. */
export function finder(asked: string | undefined): (words: readonly (string | null | undefined)[]) => boolean {
  const wanted = fold(asked ?? '');
  return (words) => wanted === '' || words.some((word) => Boolean(word) && fold(word ?? '').includes(wanted));
}
