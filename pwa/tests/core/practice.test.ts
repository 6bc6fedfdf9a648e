// Practice never leaves the phone: whoever asks to seal it is told that there is nothing, and its photos go with it.
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { Clock } from '../../src/core/clock';
import { Drafts } from '../../src/core/drafts';
import { PRACTICE_SITE } from '../../src/core/practice';
import { obstacle, seal, type SealContext } from '../../src/core/seal';
import { waiting } from '../../src/core/outbox';
import { finding, World } from './world';

test('a practice is a draft that no door seals', async () => {
  const world = new World();
  await world.enrol();
  const drafts = new Drafts(world.db, () => world.time, () => undefined);
  const context: SealContext = { db: world.db, clock: new Clock(world.host()), now: () => world.time, app_version: '1', capture: 'phone', author: { person_id: 'person-1', post_id: 'post-1' } };
  const subject = { site_id: PRACTICE_SITE, practice: true as const, title: '练习点位' };
  const draft = await drafts.open('finding.report', subject, () => finding(world.time));
  expect(await obstacle(context, draft.id)).toEqual({ kind: 'gone' });
  for (const source of [{ draft_id: draft.id }, { handed_in: draft.id }, { command: { ...draft, id: 'another' } }]) expect(await seal(context, source)).toEqual({ kind: 'gone' });
  expect((await waiting(world.db)).operations).toEqual([]);

  // Another kind of work at a real site is another draft, and is sealed.
  const real = await drafts.open('finding.report', { site_id: PRACTICE_SITE, title: '真的' }, () => finding(world.time));
  expect(real.id).not.toBe(draft.id);
  expect(await seal(context, { draft_id: real.id })).toMatchObject({ kind: 'sealed' });
});
