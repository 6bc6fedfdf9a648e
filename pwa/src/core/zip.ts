// A plain ZIP (stored, not compressed: photos are compressed already), made piece by piece: one photo is in memory at a time, however many there are.
import { utf8, type Bytes } from './bytes';

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Bytes;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const UTF8_NAMES = 0x0800;
/** 1 January 1980, the format's zero: times are in the manifest. */
const NO_DATE = 0x0021;

function fieldsOf(sizes: readonly (2 | 4)[], values: readonly number[]): Bytes {
  const out = new DataView(new ArrayBuffer(sizes.reduce((sum: number, size) => sum + size, 0)));
  let at = 0;
  sizes.forEach((size, i) => {
    if (size === 2) out.setUint16(at, values[i] ?? 0, true);
    else out.setUint32(at, values[i] ?? 0, true);
    at += size;
  });
  return new Uint8Array(out.buffer);
}

/** The bytes of the archive in order. At most 65,535 entries and 4 GB, far above what a phone can hold. */
export async function* zipped(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Bytes> {
  const directory: Bytes[] = [];
  let offset = 0;
  for await (const { name, bytes } of entries) {
    const path = utf8(name);
    const shared = [20, UTF8_NAMES, 0, 0, NO_DATE, crc32(bytes), bytes.byteLength, bytes.byteLength, path.byteLength, 0];
    const local = fieldsOf([4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2], [0x04034b50, ...shared]);
    directory.push(fieldsOf([4, 2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4], [0x02014b50, 20, ...shared, 0, 0, 0, 0, offset]), path);
    yield local;
    yield path;
    yield bytes;
    offset += local.byteLength + path.byteLength + bytes.byteLength;
  }
  yield* directory;
  const size = directory.reduce((sum, part) => sum + part.byteLength, 0);
  const count = directory.length / 2;
  yield fieldsOf([4, 2, 2, 2, 2, 4, 4, 2], [0x06054b50, 0, 0, count, count, size, offset, 0]);
}
