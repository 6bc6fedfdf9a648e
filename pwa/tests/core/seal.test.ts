// Sealing: fixed bytes, numbers without gaps, one operation per draft, limits before the number is taken.
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { databaseName, LocalDatabase, NoSpace, type Database } from '../../src/core/db';
import { Drafts } from '../../src/core/drafts';
import { sha256 } from '../../src/core/bytes';
import { Clock } from '../../src/core/clock';
import type { Draft, FileRow, OperationRow } from '../../src/core/model';
import { waiting, workOf } from '../../src/core/outbox';
import { seal } from '../../src/core/seal';
import type { InspectionPayload, PaperSheet } from '../../src/core/payloads';
import { finding, World } from './world';

let world: World;
let drafts: Drafts;
beforeEach(async () => {
  world = new World();
  await world.enrol();
  drafts = new Drafts(world.db, () => world.time, () => undefined);
});

const begin = () => drafts.open('finding.report', { title: '' }, () => finding(world.time));

test('the stored bytes are the signed and hashed ones', async () => {
  const id = await world.visit([10]);
  const { row, body, device } = await world.db.read(['operations', 'bodies', 'meta'], async (tx) => ({
    row: await tx.objectStore('operations').get(id),
    body: (await tx.objectStore('bodies').get(id)) as ArrayBuffer,
    device: (await tx.objectStore('meta').get('device')) as { public_key: JsonWebKey },
  }));
  expect(row?.sha256).toBe(await sha256(body));
  const key = await crypto.subtle.importKey('jwk', device.public_key, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  const signature = Buffer.from(row?.signature.slice('es256 '.length) ?? '', 'base64url');
  expect(signature.byteLength).toBe(64);
  expect(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, body)).toBe(true);
  const envelope = JSON.parse(Buffer.from(body).toString()) as { operation_id: string; kind: string; device: { seq: number }; files: { sha256: string }[] };
  expect(envelope).toMatchObject({ schema: 'lalian.operation/1', operation_id: id, kind: 'finding.report/1', device: { seq: 1 }, entered_by: null });
  expect(envelope.files).toHaveLength(1);
});

test('a double tap, and two tabs at once, make one operation', async () => {
  const draft = await begin();
  const other = new LocalDatabase(databaseName('person-1'));
  const results = await Promise.all([world.seal(draft.id), world.seal(draft.id, other), world.seal(draft.id)]);
  expect(results).toEqual(Array(3).fill({ kind: 'sealed', operation_id: draft.id, seq: 1 }));
  expect(await world.db.read(['operations'], (tx) => tx.objectStore('operations').count())).toBe(1);
});

test('many drafts sealed at once from two tabs get numbers without a gap', async () => {
  const other = new LocalDatabase(databaseName('person-1'));
  const ids = [];
  for (let i = 0; i < 12; i++) ids.push((await begin()).id);
  const results = await Promise.all(ids.map((id, i) => world.seal(id, i % 2 === 0 ? world.db : other)));
  const seqs = results.map((result) => (result.kind === 'sealed' ? result.seq : 0)).sort((a, b) => a - b);
  expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

test('limits are checked before anything is written', async () => {
  const many = await begin();
  for (let i = 0; i < 61; i++) await world.addPhoto(many.id, 1, 'overview');
  expect(await world.seal(many.id)).toEqual({ kind: 'too_large', what: 'files', limit: 60, actual: 61 });
  const large = await begin();
  await drafts.save(large.id, { ...finding(world.time), note: '字'.repeat(90_000) });
  await drafts.flush();
  expect(await world.seal(large.id)).toMatchObject({ kind: 'too_large', what: 'body', limit: 262_144 });
  expect(await drafts.list()).toHaveLength(2);
  expect(await world.visit()).toBeTruthy();
  expect(await world.db.read(['meta'], (tx) => tx.objectStore('meta').get('last_seq'))).toBe(1);
});

test('no space between photo and submit: the draft stays, the number is not used up', async () => {
  const draft = await begin();
  await world.addPhoto(draft.id, 10, 'overview');
  const full: Database = {
    name: world.db.name,
    read: (stores, work) => world.db.read(stores, work),
    write: () => Promise.reject(new NoSpace()),
    close: () => undefined,
  };
  await expect(world.seal(draft.id, full)).rejects.toThrow(NoSpace);
  expect(await drafts.list()).toHaveLength(1);
  expect(await world.seal(draft.id)).toMatchObject({ kind: 'sealed', seq: 1 });
});

test('what is written after the read is sealed too', async () => {
  const draft = await begin();
  let once = true;
  const late: Database = {
    name: world.db.name,
    read: (stores, work) => world.db.read(stores, work),
    write: async (stores, work) => {
      if (once) {
        once = false;
        await drafts.save(draft.id, { ...finding(world.time), note: '最后一笔' });
        await drafts.flush();
      }
      return world.db.write(stores, work);
    },
    close: () => undefined,
  };
  await world.seal(draft.id, late);
  const body = await world.db.read(['bodies'], (tx) => tx.objectStore('bodies').get(draft.id));
  expect(Buffer.from(body ?? new ArrayBuffer()).toString()).toContain('最后一笔');
});

test('a draft that is gone is not sealed', async () => {
  expect(await world.seal('nothing')).toEqual({ kind: 'gone' });
});

test('a sheet entered at a desk is its walker’s work, says who typed it in, and lies beside a visit on the phone', async () => {
  const visit = (paper?: PaperSheet): InspectionPayload => ({
    inspection_id: crypto.randomUUID(), site_id: 'site-1', checklist_id: 'list-1', round_id: null, outcome: 'inspected', people_present: '', note: '',
    arrived: null, distance_reason: null, answers: [], ...(paper ? { paper } : {}),
  });
  const walker = { person_id: 'walker', post_id: 'walker-post' };
  const sheet: PaperSheet = { sheet_filled_at: '2026-11-20T02:00:00Z', filled_by: '走的人', author: walker, no_photo_reason: null };
  const here = await drafts.open('inspection.submit', { site_id: 'site-1', title: '' }, () => visit());
  const typed = await drafts.open('inspection.submit', { site_id: 'site-1', title: '', paper: true }, () => visit(sheet));
  expect(typed.id).not.toBe(here.id);
  const mine = await drafts.open('inspection.submit', { site_id: 'site-2', title: '', paper: true }, () => visit({ ...sheet, author: null }));
  for (const draft of [here, typed, mine]) expect(await world.seal(draft.id)).toMatchObject({ kind: 'sealed' });
  const read = async (id: string): Promise<Record<string, unknown>> =>
    JSON.parse(Buffer.from((await world.db.read(['bodies'], (tx) => tx.objectStore('bodies').get(id))) as ArrayBuffer).toString()) as Record<string, unknown>;
  const plain = await read(here.id);
  expect(plain).toMatchObject({ entered_by: null, capture: 'phone' });
  expect(await read(typed.id)).toMatchObject({ author: walker, entered_by: plain.author, capture: 'paper', payload: { paper: { filled_by: '走的人' } } });
  expect(await read(mine.id)).toMatchObject({ author: plain.author, entered_by: plain.author, capture: 'paper' });
});

test('files that the county has already are named by their hash and never sent', async () => {
  const file: FileRow = {
    file_id: 'f1', sha256: 'ab'.repeat(32), bytes: 1_234, media_type: 'image/jpeg', width: null, height: null, role: 'after', item_path: null, instance_key: '', of_file_id: null,
    taken_at: '2026-11-22T07:00:00.000Z', capture: 'unknown', capture_reason: null, reencoded: false, position: null, heading: null, owner: 'op-1', stored_at: world.time, upload: 'stored',
  };
  const command: Draft = { id: 'op-1', kind: 'ticket.rectify', subject: { title: '' }, payload: { ticket_id: 't', seen_version: 1, attempt_id: 'a', note: '', village_draft_id: 'd' }, after: [], started_at: world.time, updated_at: world.time };
  const context = { db: world.db, clock: new Clock(world.host()), now: () => world.time, app_version: 'test', capture: 'phone' as const, author: { person_id: 'person-1', post_id: 'post-1' } };
  const both = await Promise.all([seal(context, { command, there: [file] }), seal(context, { command, there: [file] })]);
  expect(both).toEqual(Array(2).fill({ kind: 'sealed', operation_id: 'op-1', seq: 1 }));
  const body = await world.db.read(['bodies'], (tx) => tx.objectStore('bodies').get('op-1'));
  expect(JSON.parse(Buffer.from(body as ArrayBuffer).toString())).toMatchObject({ payload: { village_draft_id: 'd' }, files: [{ sha256: 'ab'.repeat(32), bytes: 1_234, role: 'after', capture: 'unknown' }] });
  const { operations, files } = await waiting(world.db);
  expect(operations).toHaveLength(1);
  expect(files.get('op-1')?.map((one) => one.upload)).toEqual(['stored']);
  expect(workOf(operations[0] as OperationRow, files.get('op-1') ?? [], { sending: null, needs_login: false }).photos).toEqual({ all: 1, stored: 1, bytes_left: 0 });
});
