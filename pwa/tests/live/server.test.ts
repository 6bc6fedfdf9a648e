// The phone against a real server: no fake in between but the browser's storage and locks. Runs where a demo server is named:
// LALIAN_LIVE_URL=http://127.0.0.1:8080 LALIAN_LIVE_LOGIN=inspector1 LALIAN_LIVE_PASSWORD=… npx vitest run tests/live
import 'fake-indexeddb/auto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPhone, type Core } from '../../src/core';
import { Live, openVisit, until } from './live';

const URL_ = process.env['LALIAN_LIVE_URL'];
const live = URL_ ? test : test.skip;

let core: Core;
beforeAll(async () => {
  if (!URL_) return;
  core = await openPhone(new Live(URL_).host());
  const result = await core.auth.signIn(process.env['LALIAN_LIVE_LOGIN'] ?? '', process.env['LALIAN_LIVE_PASSWORD'] ?? '');
  expect(result.kind).toBe('signed_in');
});
afterAll(async () => {
  await core?.close();
});

live('the working set arrives: sites, kinds, lists, divisions', async () => {
  const sites = await until(() => core.sites.search({}), (list) => list.length > 0);
  const site = sites[0]?.site;
  expect(site?.name).toBeTruthy();
  const kinds = await core.checklists.kinds();
  expect(kinds.length).toBeGreaterThan(3);
  const list = await core.checklists.forKind(site?.kind ?? '');
  expect(list?.body.items.length).toBeGreaterThan(3);
  expect((await core.divisions.all()).length).toBeGreaterThan(3);
});

live('a visit with a fault and two photos: accepted, uploaded, receipt checked, reconciled', async () => {
  const { draft_id, site_id, failed } = await openVisit(core, 'bus_shelter', 1);
  expect((await core.submit(draft_id)).kind).toBe('incomplete');
  expect((await core.photos.pick(draft_id, new Blob([]), { role: 'before', item_path: failed[0] ?? null, capture: 'system_camera' })).kind).toBe('stored');
  expect((await core.photos.pick(draft_id, new Blob([]), { role: 'overview', capture: 'system_camera' })).kind).toBe('stored');
  expect(await core.submit(draft_id)).toMatchObject({ kind: 'sealed' });
  const verdict = await core.settled(draft_id);
  expect(verdict).toMatchObject({ kind: 'accepted', outcome: 'applied' });
  const work = await until(() => core.work.get(draft_id), (row) => row?.state === 'confirmed');
  expect(work).toMatchObject({ receipt: true, problem: null, photos: { all: 2, stored: 2, bytes_left: 0 } });
  expect(core.sync.attention).toBe(0);
  await until(() => core.inspections.list(site_id), (rows) => rows.length > 0);
  await until(() => core.tickets.search({ site_id }), (rows) => rows.length > 0);
});
