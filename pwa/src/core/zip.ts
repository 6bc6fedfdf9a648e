// A plain ZIP (stored, not compressed: photos are compressed already) built as a Blob, so that 150 MB of photos are never copied in memory.
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

/** At most 65,535 entries and 4 GB, far above what a phone can hold. */
export function zip(entries: Iterable<ZipEntry>): Blob {
  const parts: BlobPart[] = [];
  const directory: BlobPart[] = [];
  let offset = 0;
  let directoryBytes = 0;
  let count = 0;
  for (const { name, bytes } of entries) {
    const path = utf8(name);
    const shared = [20, UTF8_NAMES, 0, 0, NO_DATE, crc32(bytes), bytes.byteLength, bytes.byteLength, path.byteLength, 0];
    const local = fieldsOf([4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2], [0x04034b50, ...shared]);
    const central = fieldsOf([4, 2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4], [0x02014b50, 20, ...shared, 0, 0, 0, 0, offset]);
    // A Blob of each photo lets the browser keep it on disk.
    parts.push(local, path, new Blob([bytes]));
    directory.push(central, path);
    offset += local.byteLength + path.byteLength + bytes.byteLength;
    directoryBytes += central.byteLength + path.byteLength;
    count += 1;
  }
  const end = fieldsOf([4, 2, 2, 2, 2, 4, 4, 2], [0x06054b50, 0, 0, count, count, directoryBytes, offset, 0]);
  return new Blob([...parts, ...directory, end], { type: 'application/zip' });
}
