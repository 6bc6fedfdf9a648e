// Pictures of a screen: asked for together, kept while their addresses are good, never shown through somebody else's eyes.
import { describe, expect, it } from 'vitest';
import { Pictures, sizeFor } from '@/core/pictures';

interface Asked {
  readonly size: unknown;
  readonly ids: readonly string[];
}

function world() {
  const asked: Asked[] = [];
  const w = { asked, now: 0, who: 'wang office', states: new Map<string, string>(), online: true };
  const pictures = new Pictures({
    get: async (path, query) => {
      expect(path).toBe('/photos/addresses');
      const ids = query['file_ids'] as readonly string[];
      asked.push({ size: query['size'], ids });
      if (!w.online) return { kind: 'offline' };
      const items = ids.map((file_id) => {
        const state = w.states.get(file_id) ?? 'here';
        return { file_id, state, address: state === 'here' ? `/api/v1/pictures/${file_id}/${query['size'] as string}?pass=${w.who}${asked.length}` : null };
      });
      return { kind: 'ok', status: 200, data: { good_for_s: 3600, items } };
    },
    monotonic: () => w.now,
    gather: () => Promise.resolve(),
    who: () => w.who,
  });
  return { ...w, w, pictures };
}

describe('addresses of pictures', () => {
  it('are asked for together, once for each size, and remembered while they are good', async () => {
    const { w, pictures } = world();
    const seen = await Promise.all([pictures.address('a', 'thumb'), pictures.address('b', 'thumb'), pictures.address('a', 'thumb'), pictures.address('a', 'display')]);
    expect(w.asked).toEqual([
      { size: 'thumb', ids: ['a', 'b'] },
      { size: 'display', ids: ['a'] },
    ]);
    expect(seen.map((one) => one.kind)).toEqual(['here', 'here', 'here', 'here']);
    expect(await pictures.address('a', 'thumb')).toEqual(seen[0]);
    expect(w.asked).toHaveLength(2);
    w.now = 3_540_000;
    expect(await pictures.address('a', 'thumb')).not.toEqual(seen[0]);
    expect(w.asked).toHaveLength(3);
  });

  it('come sixty at a time', async () => {
    const { w, pictures } = world();
    await Promise.all(Array.from({ length: 130 }, (_, nth) => pictures.address(`p${nth}`, 'thumb')));
    expect(w.asked.map((one) => one.ids.length)).toEqual([60, 60, 10]);
  });

  it('belong to one person in one post', async () => {
    const { w, pictures } = world();
    await pictures.address('a', 'thumb');
    w.who = 'li desk';
    const next = await pictures.address('a', 'thumb');
    expect(next).toMatchObject({ kind: 'here', url: expect.stringContaining('li desk') as string });
    expect(w.asked).toHaveLength(2);
  });

  it('say why there is none, and a lost network is asked again', async () => {
    const { w, pictures } = world();
    for (const state of ['being_made', 'on_its_way', 'no_preview', 'erased', 'not_found']) {
      w.states.set(state, state);
      expect(await pictures.address(state, 'display')).toEqual({ kind: state });
    }
    w.states.set('odd', 'something newer');
    expect(await pictures.address('odd', 'display')).toEqual({ kind: 'not_found' });
    w.online = false;
    expect(await pictures.address('a', 'display')).toEqual({ kind: 'offline' });
    w.online = true;
    expect((await pictures.address('a', 'display')).kind).toBe('here');
    const asked = w.asked.length;
    pictures.forget('a', 'display');
    await pictures.address('a', 'display');
    expect(w.asked).toHaveLength(asked + 1);
  });

  it('never lead anywhere else', async () => {
    const pictures = new Pictures({
      get: () => Promise.resolve({ kind: 'ok', status: 200, data: { good_for_s: 3600, items: [{ file_id: 'a', state: 'here', address: 'https://elsewhere.example/x' }] } }),
      monotonic: () => 0,
      gather: () => Promise.resolve(),
      who: () => 'wang',
    });
    expect(await pictures.address('a', 'thumb')).toEqual({ kind: 'not_found' });
  });
});

describe('the size that is asked for', () => {
  it('fits the road', () => {
    expect(sizeFor(null)).toBe('display');
    expect(sizeFor({ effectiveType: '4g' })).toBe('display');
    expect(sizeFor({ effectiveType: '3g', saveData: false })).toBe('display');
    for (const hint of [{ effectiveType: 'slow-2g' }, { effectiveType: '2g' }, { effectiveType: '4g', saveData: true }, { saveData: true }]) expect(sizeFor(hint)).toBe('thumb');
  });
});
