// Draws the app's icon (a winding road that ends in a tick) as PNG with nothing but zlib, so no image tool is needed to change it.
// Run with `npm run icons`; the results under public/icons are committed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

const GREEN = [11, 93, 59];
const WHITE = [255, 255, 255];
const AMBER = [255, 196, 61];
const OUT = new URL('../public/icons/', import.meta.url);

/** Polylines in a unit square; each is drawn with round ends. @type {{points: [number, number][], width: number, colour: number[]}[]} */
const STROKES = [
  { points: [[0.2, 0.82], [0.42, 0.7], [0.3, 0.55], [0.5, 0.44]], width: 0.075, colour: AMBER },
  { points: [[0.34, 0.42], [0.5, 0.58], [0.8, 0.22]], width: 0.11, colour: WHITE },
];

/** @param {number} px @param {number} py @param {[number, number]} a @param {[number, number]} b */
function distance(px, py, [ax, ay], [bx, by]) {
  const dx = bx - ax;
  const dy = by - ay;
  const t = Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}

/** @param {number} size @param {number} radius corner radius, 0 = square @param {number} scale size of the drawing inside */
function draw(size, radius, scale) {
  const rows = Buffer.alloc((size * 4 + 1) * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = (x + 0.5) / size;
      const v = (y + 0.5) / size;
      const edge = 1 / size;
      const cover = (/** @type {number} */ d) => Math.max(0, Math.min(1, 0.5 - d / edge));
      const cx = Math.max(radius - u, u - (1 - radius), 0);
      const cy = Math.max(radius - v, v - (1 - radius), 0);
      const alpha = radius === 0 ? 1 : cover(Math.hypot(cx, cy) - radius);
      let colour = GREEN;
      const ix = (u - 0.5) / scale + 0.5;
      const iy = (v - 0.5) / scale + 0.5;
      for (const stroke of STROKES) {
        let d = Infinity;
        for (let i = 1; i < stroke.points.length; i++) {
          const a = stroke.points[i - 1];
          const b = stroke.points[i];
          if (a && b) d = Math.min(d, distance(ix, iy, a, b));
        }
        const k = cover((d - stroke.width / 2) * scale);
        colour = colour.map((c, i) => Math.round(c * (1 - k) + (stroke.colour[i] ?? 0) * k));
      }
      rows.set([...colour, Math.round(alpha * 255)], y * (size * 4 + 1) + 1 + x * 4);
    }
  }
  return png(size, rows);
}

/** @param {number} size @param {Buffer} rows */
function png(size, rows) {
  const chunk = (/** @type {string} */ name, /** @type {Buffer} */ data) => {
    const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function svg() {
  const hex = (/** @type {number[]} */ c) => '#' + c.map((n) => n.toString(16).padStart(2, '0')).join('');
  const lines = STROKES.map(
    (s) =>
      `<polyline fill="none" stroke="${hex(s.colour)}" stroke-width="${s.width * 100}" stroke-linecap="round" stroke-linejoin="round" points="${s.points.map(([x, y]) => `${x * 100},${y * 100}`).join(' ')}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><rect width="100" height="100" rx="20" fill="${hex(GREEN)}"/>${lines.join('')}</svg>\n`;
}

mkdirSync(OUT, { recursive: true });
writeFileSync(new URL('icon.svg', OUT), svg());
writeFileSync(new URL('icon-192.png', OUT), draw(192, 0.2, 1));
writeFileSync(new URL('icon-512.png', OUT), draw(512, 0.2, 1));
writeFileSync(new URL('icon-180.png', OUT), draw(180, 0, 0.9));
writeFileSync(new URL('icon-maskable-512.png', OUT), draw(512, 0, 0.75));
