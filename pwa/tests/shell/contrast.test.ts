// Text is read in the sun: every ink on every ground it can stand on has 7:1 (WCAG 2.2, 1.4.6), in every look, computed from the sources themselves.
// The looks of high contrast have 10:1.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = new URL('../../src', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(SRC, path), 'utf8');
type Tokens = ReadonlyMap<string, string>;
const tokensOf = (css: string): Tokens => new Map([...css.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]));
const light = tokensOf(read('ui/tokens.css'));
/** Each look with its tokens and the least contrast it promises. */
const looks: readonly (readonly [string, Tokens, number])[] = [
  ['light', light, 7],
  ...[...read('ui/looks.css').matchAll(/\[data-look='([a-z-]+)'\] \{([^}]*)\}/g)].map(([, name = '', css = '']) => [name, tokensOf(css), name.startsWith('contrast') ? 10 : 7] as const),
];

/** Grounds that stand under everything, and so under every ink. */
const LIGHT = ['ground', 'ground-soft', 'pass-ground', 'fail-ground', 'warn-ground', 'info-ground', 'muted-ground'];
/** What stands on the strong grounds, and on nothing else. */
const STRONG: readonly (readonly [string, string])[] = [['ink-on-strong', 'accent'], ['ink-on-strong', 'ink'], ['ink-mark', 'ink'], ['ink-on-bar', 'ground-strong']];
const ON_STRONG = STRONG.map(([ink]) => ink);
/** Colours that no token names: over a camera, a photo, a map or a dark bar; each with what lies under it at its worst (glass over white). */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  '#ffffff': ['#101613', '#0d1411', over('#101613', 0.75)],
  '#095636': ['#ffffff'],
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

const tooFaint = (tokens: Tokens, least: number, pairs: readonly (readonly [string, string])[]): readonly string[] => {
  const valueOf = (name: string): string => (name.startsWith('#') ? name : (tokens.get(name) ?? `no token --${name}`));
  return pairs.map(([ink, ground]) => ({ ink, ground, is: contrast(valueOf(ink), valueOf(ground)) })).filter(({ is }) => !(is >= least)).map(({ ink, ground, is }) => `${ink} on ${ground}: ${is.toFixed(2)}`);
};

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

test('every look names every token', () => {
  expect(looks.map(([name]) => name)).toEqual(['light', 'dark', 'contrast', 'contrast-dark']);
  for (const [name, tokens] of looks) expect([name, [...tokens.keys()].sort()]).toEqual([name, [...light.keys()].sort()]);
});

describe.each(looks)('%s', (_, tokens, least) => {
  test('every ink that some screen uses stands out on every ground of text', () => {
    const named = inks.filter((ink) => !ink.startsWith('#') && !ON_STRONG.includes(ink));
    expect(named.length).toBeGreaterThan(8);
    expect(tooFaint(tokens, least, named.flatMap((ink) => LIGHT.map((ground) => [ink, ground] as const)))).toEqual([]);
  });

  test('text on the strong grounds', () => {
    expect(tooFaint(tokens, least, STRONG)).toEqual([]);
  });

  test('a rule that says both text and ground', () => {
    const known = (one: string): boolean => tokens.has(one) || one.startsWith('#');
    const both = rules.flatMap(({ where, ink, ground }) => (ink && ground && known(ink) && known(ground) ? [{ where, ink, ground }] : []));
    expect(both.length).toBeGreaterThan(20);
    expect(both.filter(({ ink, ground }) => tooFaint(tokens, 7, [[ink, ground]]).length > 0).map(({ where }) => where)).toEqual([]);
  });

  test('what is no text but has a meaning has 3:1: the ring of focus, the lines of charts', () => {
    expect(tooFaint(tokens, 3, ['focus', 'chart-opened', 'chart-fresh'].map((one) => [one, 'ground'] as const))).toEqual([]);
  });
});

test('colours without a token are known, with what lies under them', () => {
  expect(inks.filter((ink) => ink.startsWith('#') && !(ink in NAMED))).toEqual([]);
  expect(tooFaint(light, 7, Object.entries(NAMED).flatMap(([ink, grounds]) => grounds.map((ground) => [ink, ground] as const)))).toEqual([]);
});
