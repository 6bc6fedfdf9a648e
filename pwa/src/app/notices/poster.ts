// The picture for chat groups, as shapes: counts, a link and its code, nothing else. Pure, so that a test reads what would be drawn; poster-draw.ts
// puts it on a canvas.
import type { Tone } from '@/ui/icons';

export const WIDTH = 1080;
const EDGE = 72;
const INNER = WIDTH - 2 * EDGE;
const GAP = 28;
const TILE_HEIGHT = 212;
const CODE = 232;

export interface Figure {
  readonly label: string;
  readonly count: number;
  /** How it looks when it is not zero. */
  readonly tone: Tone;
}

export interface Poster {
  readonly title: string;
  /** A unit, never a person. */
  readonly unit: string;
  readonly asOf: string;
  readonly figures: readonly Figure[];
  readonly invite: string;
  /** Where the app is; opens nothing without signing in. */
  readonly link: string;
  readonly footnote: string;
  /** A demo county says so on everything that leaves it. */
  readonly demo: string | null;
}

/** Colours by the names of tokens.css. */
export type Ink = 'ground' | 'ground-soft' | 'ground-strong' | 'line' | 'ink' | 'ink-soft' | 'ink-on-strong' | 'muted' | 'muted-ground' | 'pass' | 'pass-ground' | 'fail' | 'fail-ground' | 'warn' | 'warn-ground' | 'info' | 'info-ground';

export type Shape =
  | { readonly kind: 'box'; readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly ink: Ink; readonly radius: number }
  | { readonly kind: 'text'; readonly x: number; readonly y: number; readonly text: string; readonly size: number; readonly bold: boolean; readonly ink: Ink }
  | { readonly kind: 'code'; readonly x: number; readonly y: number; readonly side: number; readonly text: string };

export interface Drawing {
  readonly height: number;
  readonly shapes: readonly Shape[];
}

export type Measure = (text: string, size: number, bold: boolean) => number;

const TILE: Readonly<Partial<Record<Tone, readonly [Ink, Ink]>>> = { fail: ['fail', 'fail-ground'], warn: ['warn', 'warn-ground'], info: ['info', 'info-ground'], pass: ['pass', 'pass-ground'] };

/** Breaks where a line is full: between words, and inside what has none (Chinese, a long address). */
export function wrap(text: string, width: number, size: number, bold: boolean, measure: Measure): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.match(/[\p{Script=Latin}\p{N}]+|./gsu) ?? []) {
    if (piece === '\n') {
      lines.push(line.trimEnd());
      line = '';
    } else if (measure(line + piece, size, bold) <= width) line += piece;
    else {
      let rest = piece;
      if (line.trim() !== '') lines.push(line.trimEnd());
      // One word that is wider than the line.
      while (rest.length > 1 && measure(rest, size, bold) > width) {
        let fits = rest.length - 1;
        while (fits > 1 && measure(rest.slice(0, fits), size, bold) > width) fits -= 1;
        lines.push(rest.slice(0, fits));
        rest = rest.slice(fits);
      }
      line = rest === ' ' ? '' : rest;
    }
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines;
}

export function compose(poster: Poster, measure: Measure): Drawing {
  const shapes: Shape[] = [];
  let y = 0;

  /** Lines of text from the top `y`; gives back where they end. */
  function write(text: string, at: { x: number; y: number; width: number; size: number; bold?: boolean; ink: Ink }): number {
    const { x, width, size, bold = false, ink } = at;
    let top = at.y;
    for (const line of wrap(text, width, size, bold, measure)) {
      shapes.push({ kind: 'text', x, y: Math.round(top + size * 1.05), text: line, size, bold, ink });
      top += size * 1.4;
    }
    return Math.round(top);
  }

  const head: Shape[] = shapes;
  const headFrom = head.length;
  y = write(poster.title, { x: EDGE, y: 60, width: INNER, size: 60, bold: true, ink: 'ink-on-strong' });
  y = write(poster.unit, { x: EDGE, y: y + 8, width: INNER, size: 46, ink: 'ink-on-strong' });
  y = write(poster.asOf, { x: EDGE, y: y + 8, width: INNER, size: 34, ink: 'ink-on-strong' });
  y += 44;
  // Behind the words, whose height is known now.
  shapes.splice(headFrom, 0, { kind: 'box', x: 0, y: 0, width: WIDTH, height: y, ink: 'ground-strong', radius: 0 });

  if (poster.demo) {
    const from = shapes.length;
    const end = write(poster.demo, { x: EDGE, y: y + 12, width: INNER, size: 32, ink: 'warn' }) + 12;
    shapes.splice(from, 0, { kind: 'box', x: 0, y, width: WIDTH, height: end - y, ink: 'warn-ground', radius: 0 });
    y = end;
  }

  y += 44;
  const width = (INNER - GAP) / 2;
  poster.figures.forEach(({ label, count, tone }, i) => {
    const alone = i === poster.figures.length - 1 && i % 2 === 0;
    const [ink, ground]: readonly [Ink, Ink] = (count > 0 && TILE[tone]) || ['muted', 'muted-ground'];
    const [x, top] = [EDGE + (i % 2) * (width + GAP), y + Math.floor(i / 2) * (TILE_HEIGHT + GAP)];
    shapes.push({ kind: 'box', x, y: top, width: alone ? INNER : width, height: TILE_HEIGHT, ink: ground, radius: 24 });
    write(String(count), { x: x + 36, y: top + 20, width: width - 72, size: 100, bold: true, ink });
    write(label, { x: x + 36, y: top + 142, width: (alone ? INNER : width) - 72, size: 38, ink: 'ink' });
  });
  y += Math.ceil(poster.figures.length / 2) * (TILE_HEIGHT + GAP) + 20;

  shapes.push({ kind: 'code', x: EDGE, y, side: CODE, text: poster.link });
  const beside = { x: EDGE + CODE + 40, width: INNER - CODE - 40 };
  let words = write(poster.invite, { ...beside, y: y + 16, size: 42, bold: true, ink: 'ink' });
  words = write(poster.link.replace(/^https?:\/\//, ''), { ...beside, y: words + 8, size: 32, ink: 'ink-soft' });
  words = write(poster.footnote, { ...beside, y: words + 8, size: 30, ink: 'ink-soft' });
  return { height: Math.max(y + CODE, words) + 60, shapes };
}
