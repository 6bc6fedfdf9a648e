// Text is read in the sun: every ink on every ground it can stand on has 7:1 (WCAG 2.2, 1.4.6), computed from the sources themselves.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const LEAST = 7;
const SRC = new URL('../../src', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(SRC, path), 'utf8');
const tokens = new Map([...read('ui/tokens.css').matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]));

/** Grounds that stand under everything, and so under every ink. */
const LIGHT = ['ground', 'ground-soft', 'pass-ground', 'fail-ground', 'warn-ground', 'info-ground', 'muted-ground'];
/** Grounds under light text only. */
const DARK = ['ground-strong', 'accent', 'ink'];
/** Colours that no token names: over a camera, a photo, a map or a dark bar; each with what lies under it at its worst (glass over white). */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  '#b9f0d3': ['ink'],
  '#ffffff': ['#101613', '#0d1411', over('#101613', 0.75)],
  '#101613': ['#ffffff'],
  '#16201b': ['#ffffff', over('#ffffff', 0.85, '#eef2f0')],
  '#2f3a34': ['#ffffff', '#eef2f0'],
};
/** What is printed is black on white. */
const PRINTED = /^app\/(paper|lists\/Order)/;

function channels(hex: string): readonly number[] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** What is seen of a half-transparent colour over another. */
function over(hex: string, alpha: number, under = '#ffffff'): string {
  const below = channels(under);
  return `#${channels(hex).map((one, i) => Math.round(one * alpha + (below[i] ?? 0) * (1 - alpha)).toString(16).padStart(2, '0')).join('')}`;
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = channels(hex).map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (light + 0.05) / (dark + 0.05);
}

const valueOf = (name: string): string => (name.startsWith('#') ? name : (tokens.get(name) ?? `no token --${name}`));
const tooFaint = (pairs: readonly (readonly [string, string])[]): readonly string[] =>
  pairs.map(([ink, ground]) => ({ ink, ground, is: contrast(valueOf(ink), valueOf(ground)) })).filter(({ is }) => !(is >= LEAST)).map(({ ink, ground, is }) => `${ink} on ${ground}: ${is.toFixed(2)}`);

/** Every rule of every style sheet that says a colour of text. */
const rules = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(svelte|css)$/.test(path) && !PRINTED.test(path))
  .flatMap((path) => {
    const text = read(path);
    const css = path.endsWith('.css') ? text : (/<style>([^]*)<\/style>/.exec(text)?.[1] ?? '');
    return [...css.matchAll(/([^{}]+)\{([^{}]*)\}/g)].map(([, selector = '', body = '']) => {
      const said = (property: string): string | undefined => new RegExp(`(?:^|[;\\s])${property}: *(?:var\\(--)?([a-z-]+|#[0-9a-f]{6})\\)?`).exec(body)?.[1];
      return { where: `${path} ${selector.trim()}`, ink: said('color') ?? said('--tone-ink'), ground: said('background') ?? said('--tone-ground') };
    });
  });
const inks = [...new Set(rules.flatMap(({ ink }) => ink ?? []))].filter((ink) => !/^(inherit|tone-ink|transparent)$/.test(ink));

test('the mathematics is the standard’s', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

test('every ink that some screen uses has 7:1 on every light ground', () => {
  const named = inks.filter((ink) => !ink.startsWith('#') && ink !== 'ink-on-strong');
  expect(named.length).toBeGreaterThan(8);
  expect(tooFaint(named.flatMap((ink) => LIGHT.map((ground) => [ink, ground] as const)))).toEqual([]);
});

test('light text has 7:1 on the dark grounds', () => {
  expect(tooFaint(DARK.map((ground) => ['ink-on-strong', ground] as const))).toEqual([]);
});

test('a rule that says both text and ground has 7:1', () => {
  const both = rules.flatMap(({ where, ink, ground }) => (ink && ground && (tokens.has(ink) || ink.startsWith('#')) && (tokens.has(ground) || ground.startsWith('#')) ? [{ where, ink, ground }] : []));
  expect(both.length).toBeGreaterThan(20);
  expect(both.filter(({ ink, ground }) => tooFaint([[ink, ground]]).length > 0).map(({ where }) => where)).toEqual([]);
});

test('colours without a token are known, with what lies under them', () => {
  expect(inks.filter((ink) => ink.startsWith('#') && !(ink in NAMED))).toEqual([]);
  expect(tooFaint(Object.entries(NAMED).flatMap(([ink, grounds]) => grounds.map((ground) => [ink, ground] as const)))).toEqual([]);
});
