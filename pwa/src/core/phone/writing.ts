// The doors to what is made on this phone: drafts, photos, sealed work, the outbox.
import { fromUtf8 } from '../bytes';
import { NoSpace } from '../db';
import type { Host } from '../host';
import type { Core, Noun, PhotoResult } from '../index';
import type { FileRow, Kind, Work } from '../model';
import { workOf } from '../outbox';
import type { Payloads } from '../payloads';
import { keepStorage } from '../quota';
import { Outdated } from '../version';
import type { Present, Scope } from './scope';
import type { Status } from './status';

export type WritingDoors = Pick<Core, 'drafts' | 'photos' | 'work' | 'outbox'>;

export interface WritingParts {
  readonly host: Host;
  readonly present: Present;
  readonly status: Status;
  readonly changed: (nouns: readonly Noun[]) => void;
  readonly outdated: () => boolean;
  /** A person wants sending to try now. */
  readonly sendNow: () => void;
  /** Puts away whatever is under way. */
  readonly leave: () => Promise<void>;
}

export function writingDoors({ host, present, status, changed, outdated, sendNow, leave }: WritingParts): WritingDoors {
  /** The wish to keep our data is easiest to explain when the first photo lies here; a browser that asks the person is asked once. */
  let asked = false;
  const kept = (result: PhotoResult): PhotoResult => {
    const wish = asked ? Promise.resolve() : keepStorage(host);
    asked = true;
    void wish.then(() => status.refreshStorage());
    return result;
  };
  const works = (): Promise<readonly Work[]> => present.in((scope) => allWork(scope, status), []);

  const photos: Core['photos'] = {
    take: async (draft_id, frame, meta) => kept(await (await present.must().photos()).take(draft_id, frame, meta)),
    pick: async (draft_id, file, meta) => kept(await (await present.must().photos()).pick(draft_id, file, meta)),
    attach: async (draft_id, bytes, media_type, meta) => kept(await (await present.must().photos()).attach(draft_id, bytes, media_type, meta)),
    of: (owner_id) => present.in(async (scope) => (await scope.photos()).of(owner_id), []),
    ofVisit: (inspection_id) => photosOfVisit(work, photos, inspection_id),
    bytes: (file_id) => present.in(async (scope) => (await scope.photos()).bytes(file_id), null),
    thumb: (file_id) => present.in(async (scope) => (await scope.photos()).thumb(file_id), null),
    remove: (file_id) => present.in(async (scope) => (await scope.photos()).remove(file_id), undefined),
  };

  const work: Core['work'] = {
    mine: async (query = {}) => {
      const wanted = (await works()).filter(
        (one) =>
          (query.kinds === undefined || query.kinds.includes(one.kind)) &&
          (query.site_id === undefined || one.subject.site_id === query.site_id) &&
          (query.ticket_id === undefined || one.subject.ticket_id === query.ticket_id),
      );
      return query.limit === undefined ? wanted : wanted.slice(0, query.limit);
    },
    get: async (operation_id) => (await works()).find((one) => one.id === operation_id) ?? null,
    payload: <K extends Kind>(operation_id: string, kind: K) =>
      present.in(async (scope) => {
        const body = await scope.db.read(['bodies'], (tx) => tx.objectStore('bodies').get(operation_id));
        if (!body) return null;
        const envelope = JSON.parse(fromUtf8(body)) as { kind: string; payload: Payloads[K] };
        return envelope.kind.startsWith(`${kind}/`) ? envelope.payload : null;
      }, null),
  };

  return {
    drafts: {
      list: (kind) => present.in((scope) => scope.drafts.list(kind), []),
      get: (id, kind) => present.in((scope) => scope.drafts.get(id, kind), null),
      open: async (kind, subject, initial) => {
        const { drafts } = present.must();
        if (kind === 'inspection.submit' && outdated() && !(await drafts.begun(kind, subject))) throw new Outdated();
        return drafts.open(kind, subject, initial);
      },
      save: async (id, payload) => {
        try {
          await present.must().drafts.save(id, payload);
        } catch (error) {
          if (error instanceof NoSpace) status.full();
          throw error;
        }
      },
      look: (id, view) => present.scope?.drafts.look(id, view),
      discard: (id) => present.in((scope) => scope.drafts.discard(id), undefined),
    },
    photos,
    work,
    outbox: {
      sendNow,
      sendAgain: async (operation_id) => {
        const { db } = present.must();
        const { requeue } = await import('../settle');
        await requeue(db, [operation_id]);
        changed(['work', 'files']);
        sendNow();
      },
      exportBackup: async () => {
        // What is handed in goes with it, sealed: only then it proves its author.
        await leave();
        return (await import('../rescue')).exportBackup(present.must().db, host);
      },
      problems: async () => (await works()).flatMap((one) => (one.problem ? [{ work: one, problem: one.problem }] : [])),
    },
  };
}

async function allWork(scope: Scope, status: Status): Promise<readonly Work[]> {
  return scope.db.read(['operations', 'files'], async (tx) => {
    const rows = await tx.objectStore('operations').index('seq').getAll();
    const list: Work[] = [];
    for (const row of rows.reverse()) list.push(workOf(row, await tx.objectStore('files').index('owner').getAll(row.id), status.sending));
    return list;
  });
}

/** Photos sealed on this phone with a visit and its corrections. */
async function photosOfVisit(work: Core['work'], photos: Core['photos'], inspection_id: string): Promise<readonly FileRow[]> {
  const found: FileRow[] = [];
  for (const { id, kind } of await work.mine({ kinds: ['inspection.submit', 'inspection.correct'] })) {
    const payload = await work.payload(id, kind as 'inspection.submit' | 'inspection.correct');
    if (payload?.inspection_id === inspection_id) found.push(...(await photos.of(id)));
  }
  return found;
}
