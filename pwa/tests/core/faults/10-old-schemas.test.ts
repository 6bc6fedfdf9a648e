// Fault 10: the app is newer than the database. From every released schema, with a visit in the middle of its way: nothing is touched, and it arrives.
import 'fake-indexeddb/auto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { openDB } from 'idb';
import { expect, test } from 'vitest';
import { LocalDatabase, SCHEMA_VERSION } from '../../../src/core/db';
import { getMeta, readMeta, writeMeta } from '../../../src/core/meta';
import { fromJson, photograph, putBack, shapeOf, type SchemaFixture } from '../fixtures/schema';
import { HOUR, World, finding } from '../world';

const FOLDER = new URL('../fixtures/', import.meta.url);
const file = (version: number): URL => new URL(`schema-${version}.json`, FOLDER);
const fixtures = readdirSync(FOLDER)
  .filter((name) => /^schema-\d+\.json$/.test(name))
  .map((name) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as SchemaFixture)
  .sort((a, b) => a.version - b.version);

test('every released schema has its fixture', () => {
  const released = Array.from({ length: SCHEMA_VERSION - 1 }, (_, i) => i + 1);
  expect(fixtures.map((fixture) => fixture.version).filter((version) => version < SCHEMA_VERSION)).toEqual(released);
});

for (const fixture of fixtures) {
  test(`schema ${fixture.version}: no row changes, the shape is that of a new phone, drafts go on, sealed work arrives`, async () => {
    const world = new World();
    await putBack(world.db.name, fixture);

    // Read through the app's own door: this migrates.
    for (const { name } of fixture.stores) {
      const here = await world.db.read([name as 'meta'], async (tx) => {
        const store = tx.objectStore(name as 'meta');
        return { keys: await store.getAllKeys(), values: await store.getAll() };
      });
      const before = fixture.rows[name] ?? [];
      expect(here.keys, name).toEqual(before.map((row) => row.key));
      for (const [i, row] of before.entries()) {
        const wanted = await fromJson(row.value);
        // A key that cannot be taken out cannot be compared; that it signs is shown below.
        const expected = row.key === 'device' ? { ...(wanted as object), private_key: expect.any(CryptoKey) as unknown } : wanted;
        expect(here.values[i], `${name} ${String(row.key)}`).toEqual(expected);
      }
    }
    const migrated = await openDB(world.db.name);
    const fresh = new LocalDatabase('fresh');
    await fresh.read(['meta'], (tx) => getMeta(tx, 'device'));
    const made = await openDB('fresh');
    expect(shapeOf(migrated)).toEqual(shapeOf(made));
    migrated.close();
    made.close();

    const device = await readMeta(world.db, 'device');
    if (!device) throw new Error('the fixture has no device');
    world.server.device = { id: device.id, public_key: device.public_key };
    // The server of this test is another one than the fixture's, with other keys.
    world.server.rotateKeys();
    world.server.credential = device.credential ?? '';
    const [draft] = await world.db.read(['drafts'], (tx) => tx.objectStore('drafts').getAll());
    if (!draft) throw new Error('the fixture has no draft');
    expect(await world.seal(draft.id)).toMatchObject({ kind: 'sealed', seq: 3 });
    await world.drain();
    expect(await world.missingOrWrong()).toEqual([]);
    world.time += 25 * HOUR;
    await world.drain();
    expect(await world.missingOrWrong()).toEqual([]);
  });
}

/** How a fixture is made, once, when a schema is released: `LALIAN_WRITE_FIXTURE=1 npx vitest run tests/core/faults/10`. */
test.runIf(process.env['LALIAN_WRITE_FIXTURE'])('writes the fixture of the present schema', async () => {
  const world = new World();
  await world.enrol();
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const device = await readMeta(world.db, 'device');
  if (!device) throw new Error('no device');
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', pair.privateKey);
  const public_key = { kty, crv, x, y } as JsonWebKey;
  await writeMeta(world.db, 'device', { ...device, public_key, private_key: pair.privateKey });
  world.server.device = { id: device.id, public_key };
  await writeMeta(world.db, 'cursor', { post_id: 'post-1', cursor: '7', pulled_at: world.time });
  await world.db.write(['rows', 'thumbs'], async (tx) => {
    await tx.objectStore('rows').put({ noun: 'sites', id: 's1', version: 3, row: { id: 's1', code: 'A1', name: '东门站台', kind: 'bus_shelter' } });
    await tx.objectStore('thumbs').put(new Uint8Array([1, 2, 3]).buffer, 'thumb-1');
  });
  await world.visit([900]);
  await world.drain();
  await world.visit([700, 800]);
  const { Drafts } = await import('../../../src/core/drafts');
  const draft = await new Drafts(world.db, () => world.time, () => undefined).open('finding.report', { title: '写了一半' }, () => finding(world.time));
  await world.addPhoto(draft.id, 600, 'before');
  const db = await openDB(world.db.name);
  const fixture = await photograph(db as never, { kty, crv, x, y, d } as JsonWebKey);
  db.close();
  writeFileSync(file(fixture.version), `${JSON.stringify(fixture, null, 1)}\n`);
});
