// A request to the county, its answer and a fault that came back work without a network like every other step: sealed once, with their photos, and sent later.
import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Core, Payloads } from '../../src/core';
import { sha256 } from '../../src/core/bytes';
import type { Host } from '../../src/core/host';
import { randomBytes } from './fake-server';
import { allConfirmed, Browser } from './tabs';

let browser: Browser;
beforeEach(() => {
  browser = new Browser();
});
afterEach(() => browser.close());

const TARGET = { ticket_id: 'ticket-1', seen_version: 3 };
const HOLD: Payloads['ticket.ask'] = { ...TARGET, request_id: 'request-1', what: 'hold', reason: '要等道路改造', wanted_day: '2026-12-21', measure: '已围挡', unit_kind: null, unit_id: null };
const SUBJECT = { ticket_id: 'ticket-1', title: 'A-1 路灯' };

/** A worker that takes every photo. */
const worker: Host['photoWorker'] = ({ message }) => ({
  postMessage: (job) => {
    const bytes = randomBytes(9_000);
    void sha256(bytes).then((hash) =>
      message({ id: (job as { id: number }).id, reply: { kind: 'ready', bytes: bytes.buffer, sha256: hash, media_type: 'image/jpeg', width: 4, height: 3, thumb: null, reencoded: false } }),
    );
  },
  terminate: () => undefined,
});

interface Sent {
  readonly kind: string;
  readonly payload: unknown;
  readonly files: readonly { readonly role: string }[];
}
const sent = (id: string): Sent => JSON.parse(new TextDecoder().decode(browser.server.operations.get(id)?.bytes)) as Sent;

async function withPhoto(core: Core, kind: 'ticket.ask' | 'ticket.relapse', role: 'interim' | 'finding'): Promise<string> {
  const draft = kind === 'ticket.ask' ? await core.drafts.open(kind, SUBJECT, () => HOLD) : await core.drafts.open(kind, SUBJECT, () => ({ ...TARGET, finding_id: 'finding-1', note: '' }));
  const photo = await core.photos.pick(draft.id, new Blob([]), { role, capture: 'system_camera' });
  expect(photo.kind).toBe('stored');
  return draft.id;
}

test('asked for and seen again without a network, then sent with their photos', async () => {
  const tab = await browser.signedIn({ photoWorker: worker });
  const { core } = tab;
  browser.online = false;
  const hold = await withPhoto(core, 'ticket.ask', 'interim');
  await core.drafts.save(hold, { ...HOLD, reason: '要等道路改造，已报项目' });
  const relapse = await withPhoto(core, 'ticket.relapse', 'finding');
  for (const id of [hold, relapse]) expect((await core.handIn(id)).kind).toBe('handed_in');
  await core.leave();
  const withdrawn = await core.run('ticket.withdraw_ask', SUBJECT, { ...TARGET, request_id: 'request-1' });
  const hard = await core.run('ticket.mark_hard', SUBJECT, { ...TARGET, hard: true, ask: '请协调移杆' });
  if (withdrawn.kind !== 'sealed' || hard.kind !== 'sealed') throw new Error('not sealed');
  expect((await core.work.mine({ kinds: ['ticket.ask'], ticket_id: 'ticket-1' })).map((one) => one.photos.all)).toEqual([1]);

  browser.online = true;
  await allConfirmed(core);
  expect(sent(hold)).toMatchObject({ kind: 'ticket.ask/1', payload: { ...HOLD, reason: '要等道路改造，已报项目' }, files: [{ role: 'interim' }] });
  expect(sent(relapse)).toMatchObject({ kind: 'ticket.relapse/1', files: [{ role: 'finding' }] });
  expect(sent(withdrawn.operation_id).kind).toBe('ticket.withdraw_ask/1');
  expect(sent(hard.operation_id).payload).toEqual({ ...TARGET, hard: true, ask: '请协调移杆' });
  expect(browser.server.files.size).toBe(2);
  expect(await browser.missingOrWrong('person-1')).toEqual([]);
});

test('taken back within ten seconds, a request is a draft again with its photo', async () => {
  const { core } = await browser.signedIn({ photoWorker: worker });
  browser.online = false;
  const id = await withPhoto(core, 'ticket.ask', 'interim');
  expect((await core.handIn(id)).kind).toBe('handed_in');
  expect(await core.takeBack(id)).toBe('taken_back');
  expect((await core.drafts.get(id, 'ticket.ask'))?.payload.what).toBe('hold');
  expect(await core.photos.of(id)).toHaveLength(1);
});
