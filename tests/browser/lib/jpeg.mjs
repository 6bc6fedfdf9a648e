// Real JPEGs as a phone's camera app hands them over: 12 megapixels, a few megabytes, each with its own noise.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a JPEG of 4000 × 3000 pixels; `seed` makes it another picture. */
export async function writeJpeg(page, path, seed) {
  const base64 = await page.evaluate(async (seed) => {
    const canvas = new OffscreenCanvas(4000, 3000);
    const paint = canvas.getContext('2d');
    const sky = paint.createLinearGradient(0, 0, 4000, 3000);
    sky.addColorStop(0, `hsl(${(seed * 67) % 360} 60% 70%)`);
    sky.addColorStop(1, `hsl(${(seed * 131) % 360} 50% 30%)`);
    paint.fillStyle = sky;
    paint.fillRect(0, 0, 4000, 3000);
    let state = seed + 1;
    const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    for (let i = 0; i < 6000; i += 1) {
      paint.fillStyle = `hsl(${next() * 360} 40% ${20 + next() * 60}% / .5)`;
      paint.fillRect(next() * 4000, next() * 3000, 20 + next() * 90, 20 + next() * 90);
    }
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return btoa(text);
  }, seed);
  await writeFile(path, Buffer.from(base64, 'base64'));
  return path;
}

/** A drawing that says what it is; another `hue` is another picture, not only another colour. */
export async function drawing(page, path, hue) {
  const url = await page.evaluate((hue) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1600, height: 1200 });
    const pen = canvas.getContext('2d');
    let state = hue * 7919 + 1;
    const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
    pen.fillStyle = `hsl(${hue} 25% 82%)`;
    pen.fillRect(0, 0, 1600, 1200);
    // Light and shadow over the wall, in patches: what tells one wall from another.
    for (let row = 0; row < 9; row += 1) {
      for (let column = 0; column < 12; column += 1) {
        pen.fillStyle = `hsl(${hue} 28% ${48 + next() * 40}%)`;
        pen.fillRect(column * 134, row * 134, 134, 134);
      }
    }
    pen.globalAlpha = 0.5;
    for (let row = 0; row < 20; row += 1) {
      for (let brick = -1; brick < 14; brick += 1) {
        pen.fillStyle = `hsl(${hue} 30% ${62 + ((row * 7 + brick * 5) % 9)}%)`;
        pen.fillRect(brick * 124 + (row % 2) * 62, row * 60, 116, 52);
      }
    }
    pen.globalAlpha = 1;
    const [left, top] = [240 + next() * 380, 200 + next() * 280];
    pen.fillStyle = '#f4f2ea';
    pen.fillRect(left, top, 760, 480);
    pen.strokeStyle = '#4a4a4a';
    pen.lineWidth = 10;
    pen.strokeRect(left, top, 760, 480);
    pen.beginPath();
    pen.moveTo(left + 100, top);
    pen.lineTo(left + 340, top + 290);
    pen.lineTo(left + 280, top + 480);
    pen.stroke();
    pen.fillStyle = '#333';
    pen.font = '110px sans-serif';
    pen.textAlign = 'center';
    pen.fillText('示例图片', left + 440, top + 290);
    return canvas.toDataURL('image/jpeg', 0.8);
  }, hue);
  await writeFile(path, Buffer.from(url.split(',')[1], 'base64'));
  return path;
}

/** The bytes of so many drawings, for `fillCounty`: each `nth` is a file of its own. */
export async function drawings(page, folder, count) {
  const made = [];
  for (let nth = 0; nth < count; nth += 1) made.push(await readFile(await drawing(page, join(folder, `drawing-${nth}.jpg`), 20 + nth * 33)));
  return (nth) => Buffer.concat([made[nth % count], Buffer.from([nth])]);
}
