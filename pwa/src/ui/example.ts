// Pictures for the demo where no camera is: a drawing of a street that says what it is. Each is laid out anew, because two photos that look alike
// are a reason for the county to look closer, in the demo as everywhere.
import type { FileRole } from '@/core';

const WIDTH = 1600;
const HEIGHT = 1200;

/** What stands on the drawing. */
export interface ExampleWords {
  readonly sample: string;
  readonly what: string;
}

type Pen = OffscreenCanvasRenderingContext2D;
type Random = () => number;

export async function exampleFrame(role: FileRole, words: ExampleWords): Promise<ImageBitmap> {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('no canvas');
  const random = (): number => Math.random();
  street(pen, random);
  if (role === 'after') mended(pen, random);
  else broken(pen, random);
  label(pen, words);
  return canvas.transferToImageBitmap();
}

const between = (random: Random, from: number, to: number): number => from + random() * (to - from);
const colour = (hue: number, saturation: number, light: number): string => `hsl(${hue} ${saturation}% ${light}%)`;

/** Sky, a row of houses of any width and height, the pavement: enough to tell one street from another. */
function street(pen: Pen, random: Random): void {
  const hue = random() * 360;
  const ground = between(random, 640, 860);
  pen.fillStyle = colour(205, 45, between(random, 68, 90));
  pen.fillRect(0, 0, WIDTH, ground);
  pen.fillStyle = colour(48, 90, 82);
  pen.beginPath();
  pen.arc(between(random, 150, WIDTH - 150), between(random, 90, 240), between(random, 50, 90), 0, 7);
  pen.fill();
  for (let x = -between(random, 0, 200); x < WIDTH; ) {
    const width = between(random, 170, 430);
    const height = between(random, 220, ground - 60);
    pen.fillStyle = colour(hue + between(random, -70, 70), between(random, 12, 38), between(random, 34, 84));
    pen.fillRect(x, ground - height, width, height);
    const columns = Math.round(between(random, 2, 5));
    const rows = Math.round(between(random, 2, 6));
    pen.fillStyle = colour(205, 40, between(random, 22, 92));
    for (let row = 0; row < rows; row += 1)
      for (let column = 0; column < columns; column += 1)
        if (random() > 0.18) pen.fillRect(x + (width / columns) * (column + 0.22), ground - height + (height / rows) * (row + 0.2), (width / columns) * 0.56, (height / rows) * 0.5);
    x += width + (random() > 0.7 ? between(random, 30, 140) : 4);
  }
  pen.fillStyle = colour(hue, 8, between(random, 52, 76));
  pen.fillRect(0, ground, WIDTH, HEIGHT - ground);
  pen.strokeStyle = colour(hue, 8, between(random, 36, 48));
  pen.lineWidth = 5;
  const slant = between(random, -260, 260);
  for (let x = -300; x < WIDTH + 300; x += between(random, 110, 200)) {
    pen.beginPath();
    pen.moveTo(x, ground);
    pen.lineTo(x + slant, HEIGHT);
    pen.stroke();
  }
}

/** A board with a crack, and litter before it. */
function broken(pen: Pen, random: Random): void {
  const [left, top] = [between(random, 180, 760), between(random, 330, 470)];
  board(pen, left, top, colour(8, 45, 62));
  pen.strokeStyle = '#2b1a17';
  pen.lineWidth = 12;
  pen.beginPath();
  pen.moveTo(left + between(random, 60, 200), top);
  for (let step = 1; step <= 4; step += 1) pen.lineTo(left + between(random, 80, 520), top + step * 95);
  pen.stroke();
  for (let piece = 0; piece < 14; piece += 1) {
    pen.fillStyle = colour(random() * 360, 30, between(random, 28, 70));
    pen.save();
    pen.translate(left + between(random, -140, 720), top + between(random, 470, 640));
    pen.rotate(random() * 3);
    pen.fillRect(0, 0, between(random, 26, 96), between(random, 16, 46));
    pen.restore();
  }
}

/** The board again, whole, with a tick; nothing lies about. */
function mended(pen: Pen, random: Random): void {
  const [left, top] = [between(random, 180, 760), between(random, 330, 470)];
  board(pen, left, top, colour(150, 38, 66));
  pen.strokeStyle = '#095636';
  pen.lineWidth = 34;
  pen.lineCap = 'round';
  pen.beginPath();
  pen.moveTo(left + 170, top + 200);
  pen.lineTo(left + 270, top + 290);
  pen.lineTo(left + 440, top + 100);
  pen.stroke();
}

function board(pen: Pen, left: number, top: number, fill: string): void {
  pen.fillStyle = '#4c5450';
  pen.fillRect(left + 60, top + 370, 26, 210);
  pen.fillRect(left + 514, top + 370, 26, 210);
  pen.fillStyle = fill;
  pen.fillRect(left, top, 600, 380);
  pen.strokeStyle = '#39413d';
  pen.lineWidth = 14;
  pen.strokeRect(left, top, 600, 380);
}

function label(pen: Pen, { sample, what }: ExampleWords): void {
  pen.fillStyle = 'rgb(16 22 19 / 0.82)';
  pen.fillRect(0, HEIGHT - 170, WIDTH, 170);
  pen.fillStyle = '#ffffff';
  pen.font = '600 88px sans-serif';
  pen.fillText(sample, 56, HEIGHT - 56);
  pen.font = '52px sans-serif';
  pen.textAlign = 'right';
  pen.fillText(what, WIDTH - 56, HEIGHT - 66);
}
