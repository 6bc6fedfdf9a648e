// Fault 9: a new version of the app takes over while a photo is on its way and a visit is half filled in. The upload goes on where it was, the draft
// is as it was, and what the old version sealed is sent as it sealed it.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { databaseName, LocalDatabase } from '../../../src/core/db';
import { allConfirmed, Browser, report, setPhotoBytes, until } from '../tabs';
import { finding } from '../world';

test('updated in the middle of a photo', async () => {
  setPhotoBytes(900_000);
  const browser = new Browser();
  const old = await browser.signedIn({ appVersion: '1.0.0' });
  const draft = await old.core.drafts.open('finding.report', { site_id: 's7', title: '写了一半' }, () => finding(browser.now()));
  await old.core.drafts.save(draft.id, { ...finding(browser.now()), note: '还没写完' });
  let pieces = 0;
  browser.server.faults.push((seen) => (seen.method === 'PATCH' ? ((pieces += 1), null) : null));
  const { operation_id } = await report(old.core, browser.now());
  await until(() => pieces, (n) => n >= 2);
  // What a tap on "update" does: every draft is written, then the page is another one.
  await old.core.flush();
  const db = new LocalDatabase(databaseName('person-1'));
  const before = await db.read(['drafts'], (tx) => tx.objectStore('drafts').getAll());
  old.kill();

  const fresh = await browser.tab({ appVersion: '2.0.0' });
  await allConfirmed(fresh.core);
  expect(await db.read(['drafts'], (tx) => tx.objectStore('drafts').getAll())).toEqual(before);
  const body = JSON.parse(new TextDecoder().decode(browser.server.operations.get(operation_id)?.bytes)) as { app_version: string };
  expect(body.app_version).toBe('1.0.0');
  // Not a byte of the photo twice, but for one piece that may have been on the wire.
  expect(browser.server.bytesIn).toBeLessThanOrEqual(900_000 + 256 * 1024);
  await fresh.core.submit(draft.id);
  await allConfirmed(fresh.core);
  expect(await browser.missingOrWrong('person-1')).toEqual([]);
  await browser.close();
  setPhotoBytes(50_000);
}, 60_000);

test('an app that the county calls too old begins no visit, finishes what was begun, and sends everything', async () => {
  const browser = new Browser();
  const visit = { inspection_id: 'i', site_id: 's1', checklist_id: 'c', round_id: null, outcome: 'closed' as const, people_present: '', note: '', arrived: null, distance_reason: null, answers: [] };
  const { core } = await browser.signedIn({ appVersion: '1.2.0' });
  const begun = await core.drafts.open('inspection.submit', { site_id: 's1', title: '一' }, () => visit);
  await report(core, browser.now());
  await allConfirmed(core);
  expect(core.client.outdated).toBe(false);

  browser.server.min_client = '1.10.0';
  await report(core, browser.now());
  await allConfirmed(core);
  expect(core.client).toMatchObject({ least: '1.10.0', outdated: true });
  await expect(core.drafts.open('inspection.submit', { site_id: 's2', title: '二' }, () => ({ ...visit, site_id: 's2' }))).rejects.toMatchObject({ name: 'Outdated' });
  expect((await core.drafts.open('inspection.submit', { site_id: 's1', title: '一' }, () => visit)).id).toBe(begun.id);
  expect((await core.submit(begun.id)).kind).toBe('sealed');
  await report(core, browser.now());
  await allConfirmed(core);
  expect(await browser.missingOrWrong('person-1')).toEqual([]);

  // Known after a restart without a network too, and forgotten when the county takes it back.
  browser.online = false;
  const again = await browser.tab({ appVersion: '1.2.0' });
  expect(again.core.client.outdated).toBe(true);
  browser.online = true;
  browser.server.min_client = null;
  again.core.wake('tap');
  await until(() => again.core.client.outdated, (outdated) => !outdated);
  await browser.close();
}, 60_000);
