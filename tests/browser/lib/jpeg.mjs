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

/** A drawing that says what it is. */
export async function drawing(page, path, hue) {
  const url = await page.evaluate((hue) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1600, height: 1200 });
    const pen = canvas.getContext('2d');
    pen.fillStyle = `hsl(${hue} 25% 82%)`;
    pen.fillRect(0, 0, 1600, 1200);
    for (let row = 0; row < 20; row += 1) {
      for (let brick = -1; brick < 14; brick += 1) {
        pen.fillStyle = `hsl(${hue} 30% ${62 + ((row * 7 + brick * 5) % 9)}%)`;
        pen.fillRect(brick * 124 + (row % 2) * 62, row * 60, 116, 52);
      }
    }
    pen.fillStyle = '#f4f2ea';
    pen.fillRect(420, 330, 760, 480);
    pen.strokeStyle = '#4a4a4a';
    pen.lineWidth = 10;
    pen.strokeRect(420, 330, 760, 480);
    pen.beginPath();
    pen.moveTo(520, 330);
    pen.lineTo(760, 620);
    pen.lineTo(700, 810);
    pen.stroke();
    pen.fillStyle = '#333';
    pen.font = '110px sans-serif';
    pen.textAlign = 'center';
    pen.fillText('示例图片', 860, 620);
    return canvas.toDataURL('image/jpeg', 0.8);
  }, hue);
  await writeFile(path, Buffer.from(url.split(',')[1], 'base64'));
  return path;
}
