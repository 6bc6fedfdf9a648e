// The phone on a weak link, for `tests/load/run weak-link`, which names the two ways to the same server: LALIAN_LIVE_URL, fast, for signing in
// and the working set, and LALIAN_WEAK_URL, the shaped one. Prints what it saw as one line of JSON; the runner judges and breaks the link once.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { openPhone } from '../../src/core';
import { Live, openVisit, until, type Sent } from './live';

const FAST = process.env['LALIAN_LIVE_URL'] ?? '';
const WEAK = process.env['LALIAN_WEAK_URL'] ?? '';
const KIND = process.env['LALIAN_WEAK_KIND'] ?? 'bus_shelter';

/** Chromium on Android adds these to a fetch. */
const CHROMIUM = {
  'User-Agent': 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
  'Accept-Language': 'zh-CN,zh;q=0.9,en;q=0.8',
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  'sec-ch-ua': '"Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
  'sec-ch-ua-mobile': '?1',
  'sec-ch-ua-platform': '"Android"',
  'Sec-Fetch-Mode': 'cors',
  'Sec-Fetch-Dest': 'empty',
  Referer: 'https://lalian.example.gov.cn/',
  Priority: 'u=1, i',
};

test.runIf(WEAK)(
  'answers are safe at once, and a photo goes on where it was',
  async () => {
    const phone = new Live(FAST, CHROMIUM);
    const core = await openPhone(phone.host());
    expect((await core.auth.signIn(process.env['LALIAN_LIVE_LOGIN'] ?? '', process.env['LALIAN_LIVE_PASSWORD'] ?? '')).kind).toBe('signed_in');
    await until(() => core.sites.search({ kind: KIND }), (sites) => sites.length > 0);
    phone.base = WEAK;

    /** A visit with two faults and three photos; seconds from the seal to the 201 and the bytes of its body. */
    async function visit(photoBytes: readonly [number, number, number]): Promise<{ id: string; safe_s: number; body: number }> {
      const { draft_id, failed } = await openVisit(core, KIND, 2);
      const places = [{ role: 'before', item_path: failed[0] ?? null }, { role: 'before', item_path: failed[1] ?? null }, { role: 'overview' }] as const;
      for (const [i, place] of places.entries()) {
        phone.photoBytes = photoBytes[i] ?? 0;
        expect((await core.photos.pick(draft_id, new Blob([]), { ...place, capture: 'in_page' })).kind).toBe('stored');
      }
      const sealed = Date.now();
      expect(await core.submit(draft_id)).toMatchObject({ kind: 'sealed' });
      const put = await until(() => phone.sent.find((one) => one.method === 'PUT' && one.at >= sealed && one.answered?.status === 201), Boolean, 120_000);
      return { id: draft_id, safe_s: ((put?.answered?.at ?? NaN) - sealed) / 1000, body: put?.bytes ?? 0 };
    }

    const small = 6_000;
    const idle = await visit([400_000, small, small]);
    // In the middle of the first piece of the large photo, which is what the next visit has to get past.
    await until(() => phone.sent.find((one) => one.method === 'PATCH'), Boolean, 60_000);
    const busy = await visit([small, small, small]);
    for (const { id } of [idle, busy]) await until(() => core.work.get(id), (row) => row?.state === 'confirmed', 500_000);
    await core.close();

    const uploads = new Map<string, Sent[]>();
    for (const one of phone.sent) if (one.method === 'PATCH') uploads.set(one.path, [...(uploads.get(one.path) ?? []), one]);
    const restarts = [...uploads.values()].flatMap((pieces) =>
      pieces.filter((piece, i) => piece.headers.get('upload-offset') === '0' && pieces.slice(0, i).some((before) => before.answered?.status === 204)),
    );
    const bytes = [...uploads.values()].flat().reduce((sum, piece) => sum + piece.bytes, 0);
    console.log(
      `WEAK ${JSON.stringify({
        idle_s: idle.safe_s,
        busy_s: busy.safe_s,
        body_bytes: idle.body,
        restarts: restarts.length,
        pieces: [...uploads.values()].flat().length,
        unanswered: phone.sent.filter((one) => one.answered === null).length,
        photo_bytes: 400_000 + 5 * small,
        photo_bytes_sent: bytes,
      })}`,
    );
  },
  900_000,
);
