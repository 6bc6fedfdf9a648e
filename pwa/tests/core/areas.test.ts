// What somebody draws on a picture: corners in any order, never beyond it, every step to be taken back.
import { expect, test } from 'vitest';
import { added, between, changed, drawn, MOST_AREAS, moved, removed, resized, undone, type Area } from '@/core/areas';

const one: Area = { x: 0.1, y: 0.2, width: 0.3, height: 0.4 };
const close = (area: Area | null): unknown => area && Object.fromEntries(Object.entries(area).map(([name, value]) => [name, Math.round((value as number) * 1e6) / 1e6]));

test('two corners make a rectangle in whichever order; a slip makes none', () => {
  for (const [a, b] of [
    [{ x: 0.1, y: 0.2 }, { x: 0.4, y: 0.6 }],
    [{ x: 0.4, y: 0.6 }, { x: 0.1, y: 0.2 }],
    [{ x: 0.4, y: 0.2 }, { x: 0.1, y: 0.6 }],
  ] as const)
    expect(close(between(a, b))).toEqual(one);
  expect(close(between({ x: -1, y: -1 }, { x: 0.5, y: 2 }))).toEqual({ x: 0, y: 0, width: 0.5, height: 1 });
  expect(between({ x: 0.5, y: 0.5 }, { x: 0.501, y: 0.9 })).toBeNull();
  expect(between({ x: 1.2, y: 0.1 }, { x: 1.5, y: 0.9 })).toBeNull();
});

test('moving and resizing keep it on the picture', () => {
  expect(close(moved(one, { x: 0.1, y: -0.1 }))).toEqual({ ...one, x: 0.2, y: 0.1 });
  expect(close(moved(one, { x: 5, y: 5 }))).toEqual({ ...one, x: 0.7, y: 0.6 });
  expect(close(moved(one, { x: -5, y: -5 }))).toEqual({ ...one, x: 0, y: 0 });
  expect(close(resized(one, { x: 5, y: 0.1 }))).toEqual({ ...one, width: 0.9, height: 0.5 });
  const small = resized(one, { x: -5, y: -5 });
  expect(small.width).toBeGreaterThan(0);
  expect(small.height).toBeGreaterThan(0);
});

test('each step can be taken back, to the first', () => {
  const other: Area = { ...one, x: 0.5 };
  let now = drawn([one]);
  now = added(now, other);
  now = changed(now, 0, { ...one, y: 0 });
  now = removed(now, 1);
  expect(now.areas).toEqual([{ ...one, y: 0 }]);
  expect(changed(now, 7, one)).toBe(now);
  expect(removed(now, 7)).toBe(now);
  now = undone(now);
  expect(now.areas).toEqual([{ ...one, y: 0 }, other]);
  now = undone(undone(now));
  expect(now.areas).toEqual([one]);
  expect(undone(now)).toBe(now);
});

test('no more than the server takes', () => {
  let now = drawn();
  for (let nth = 0; nth < MOST_AREAS + 5; nth += 1) now = added(now, one);
  expect(now.areas).toHaveLength(MOST_AREAS);
  expect(now.past).toHaveLength(MOST_AREAS);
});
