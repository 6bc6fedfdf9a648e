// What the camera looks at: a film of one picture, as Chromium's fake camera reads it; most often of a plate.
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
  return write(path, light, Buffer.alloc((WIDTH * HEIGHT) / 2, 128));
}

/** Writes a film of a JPEG, which `page` unpacks. */
export async function writePicture(page, jpeg, path) {
  const base64 = await page.evaluate(
    async ([jpeg, width, height]) => {
      const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(jpeg), (char) => char.charCodeAt(0))]), { resizeWidth: width, resizeHeight: height });
      const paint = new OffscreenCanvas(width, height).getContext('2d');
      paint.drawImage(picture, 0, 0);
      const { data } = paint.getImageData(0, 0, width, height);
      let text = '';
      for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
      return btoa(text);
    },
    [jpeg.toString('base64'), WIDTH, HEIGHT],
  );
  const rgba = Buffer.from(base64, 'base64');
  const part = (at, [r, g, b], base) => Math.max(0, Math.min(255, Math.round(base + r * rgba[at] + g * rgba[at + 1] + b * rgba[at + 2])));
  const light = Buffer.alloc(WIDTH * HEIGHT);
  for (let at = 0; at < light.length; at += 1) light[at] = part(at * 4, [0.299, 0.587, 0.114], 0);
  // Colour has half the resolution: all of one, then all of the other.
  const colour = [[-0.169, -0.331, 0.5], [0.5, -0.419, -0.081]].map((weights) => {
    const plane = Buffer.alloc(light.length / 4);
    for (let y = 0; y < HEIGHT / 2; y += 1) for (let x = 0; x < WIDTH / 2; x += 1) plane[(y * WIDTH) / 2 + x] = part((y * 2 * WIDTH + x * 2) * 4, weights, 128);
    return plane;
  });
  return write(path, light, Buffer.concat(colour));
}

async function write(path, light, colour) {
  const frame = Buffer.concat([Buffer.from('FRAME\n'), light, colour]);
  await writeFile(path, Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A0:0 C420jpeg\n`), frame, frame]));
  return path;
}
