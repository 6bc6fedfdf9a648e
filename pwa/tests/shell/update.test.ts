// A new version takes over in all tabs at once: each saves what is half written in it before it opens again.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { saved } from '../../src/app/shell/saved';

let said: string[];
beforeEach(() => {
  said = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

test('the page opens again when everything is put away, not before', async () => {
  let left: () => void = () => undefined;
  void saved(() => new Promise((resolve) => (left = resolve))).then(() => said.push('reload'));
  await vi.advanceTimersByTimeAsync(7_000);
  expect(said).toEqual([]);
  left();
  await vi.advanceTimersByTimeAsync(0);
  expect(said).toEqual(['reload']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a disk that does not answer does not keep the new version out for ever', async () => {
  void saved(() => new Promise(() => undefined)).then(() => said.push('reload'));
  await vi.advanceTimersByTimeAsync(8_000);
  expect(said).toEqual(['reload']);
});

test('what cannot be saved does not keep it out either, and neither does a page that never opened its phone', async () => {
  await saved(() => Promise.reject(new Error('full')));
  await saved(() => {
    throw new Error('provideCore() must run first');
  });
});
