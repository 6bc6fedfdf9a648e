// A plate in front of the camera: a film of one picture, as Chromium's fake camera reads it.
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

/** The encoder that the office prints plates with, from the front end's own packages. */
const { default: encodeQR } = await import(createRequire(resolve(import.meta.dirname, '../../../pwa/package.json')).resolve('qr'));

const WIDTH = 640;
const HEIGHT = 480;

/** Writes a film of a plate that says `text`; null is a wall without a plate. */
export async function writeFilm(path, text) {
  const light = Buffer.alloc(WIDTH * HEIGHT, 200);
  if (text !== null) {
    const rows = encodeQR(text, 'raw', { ecc: 'quartile', border: 4 });
    const module = Math.floor(300 / rows.length);
    const [left, top] = [Math.floor((WIDTH - module * rows.length) / 2), Math.floor((HEIGHT - module * rows.length) / 2)];
    rows.forEach((row, y) => {
      row.forEach((dark, x) => {
        for (let dy = 0; dy < module; dy += 1) light.fill(dark ? 30 : 230, (top + y * module + dy) * WIDTH + left + x * module, (top + y * module + dy) * WIDTH + left + (x + 1) * module);
      });
    });
  }
  const grey = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), light, grey]);
  await writeFile(path, Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A0:0 C420jpeg\n`), frame, frame]));
  return path;
}
