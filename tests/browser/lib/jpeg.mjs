// Real JPEGs as a phone's camera app hands them over: 12 megapixels, a few megabytes, each with its own noise.
import { writeFile } from 'node:fs/promises';

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
