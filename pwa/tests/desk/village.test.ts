// A stranger's link: the token goes nowhere but into its header, nothing is sent twice, and every answer has its own words.
import { describe, expect, it } from 'vitest';
import { linkDoor, tokenIn } from '../../src/app/village/link';

const TOKEN = 'Zk3v-8_aQ1'.repeat(4) + 'abc';
const answer = (status: number, body: unknown, ours = true): Response => new Response(JSON.stringify(body), { status, headers: ours ? { 'lalian-epoch': 'e' } : {} });

function door(respond: (path: string, init: RequestInit) => Response | Promise<Response>) {
  const asked: { path: string; init: RequestInit }[] = [];
  const made = linkDoor(TOKEN, async (path, init) => {
    asked.push({ path, init });
    return respond(path, init);
  });
  return { made, asked };
}

describe('the token in an address', () => {
  it('is read from the fragment of a link and from nothing else', () => {
    expect(tokenIn(`#/v/${TOKEN}`)).toBe(TOKEN);
    for (const other of ['', '#/', '#/v/', '#/v/short', `#/s/${TOKEN}`, `#/v/${TOKEN}/more`, `#/v/${TOKEN}?x=1`]) expect(tokenIn(other), other).toBe(null);
  });
});

describe('what goes over the wire', () => {
  it('is the token in one header, no cookie, and never in an address', async () => {
    const { made, asked } = door(() => answer(200, { title: '站牌', place: null, unit_name: '', has_before: false, photos_left: 6, expires_at: '', demo: false }));
    expect(await made.look()).toMatchObject({ kind: 'open', view: { left: 6 } });
    await made.photo('a'.repeat(64), new Blob(['x']));
    await made.draft({ draft_id: 'd', name: '老王', note: '', photos: [] });
    for (const { path, init } of asked) {
      expect(path).not.toContain(TOKEN);
      expect(init.credentials).toBe('omit');
      expect((init.headers as Record<string, string>)['Lalian-Link']).toBe(TOKEN);
    }
    expect(asked.map(({ init }) => init.method ?? 'GET')).toEqual(['GET', 'PUT', 'POST']);
  });

  it('takes a stranger’s page for no network, whatever its status', async () => {
    const { made } = door(() => answer(200, { photos_left: 6 }, false));
    expect(await made.look()).toEqual({ kind: 'offline' });
    expect(await made.photo('a', new Blob([]))).toEqual({ kind: 'offline' });
    const broken = door(() => Promise.reject(new TypeError('no network'))).made;
    expect(await broken.draft({ draft_id: 'd', name: '', note: '', photos: [] })).toEqual({ kind: 'offline' });
  });

  it.each([
    [404, 'ended'],
    [409, 'full'],
    [413, 'too_big'],
    [415, 'not_photo'],
    [429, 'busy'],
    [503, 'busy'],
  ])('%i is told as %s', async (status, kind) => {
    expect(await door(() => answer(status, {})).made.photo('a', new Blob([]))).toEqual({ kind });
  });

  it('gives the county’s own words for what it has no word of its own', async () => {
    expect(await door(() => answer(422, { title_zh: '请写名字。', title_en: 'A name, please.' })).made.draft({ draft_id: 'd', name: '', note: '', photos: [] })).toEqual({ kind: 'other', zh: '请写名字。', en: 'A name, please.' });
  });
});
