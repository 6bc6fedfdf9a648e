// Bodies as this version seals them, one for each released version of each kind: the server reads the same files (golden_tests.rs), whatever else
// changes. A file that is there stays as it is; a changed payload is a new version with a new file beside the old one.
// `LALIAN_WRITE_GOLDEN=1 npx vitest run tests/core/golden.test.ts` writes those that are missing.
import 'fake-indexeddb/auto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Clock, ClockReading } from '../../src/core/clock';
import { getMeta, putMeta } from '../../src/core/meta';
import type { Draft, FileRow, Kind, Position, Subject } from '../../src/core/model';
import type { AnswerPayload, InspectionPayload, Payloads } from '../../src/core/payloads';
import { seal, type Author } from '../../src/core/seal';
import { World } from './world';

const FOLDER = new URL('../../../tests/shared/golden/', import.meta.url);
const file = (name: string): URL => new URL(`${name}.json`, FOLDER);

const id = (n: number): string => `01935a00-0000-7000-8000-${String(n).padStart(12, '0')}`;
const AUTHOR: Author = { person_id: id(2), post_id: id(3) };
const TAKEN = '2026-11-22T02:00:00.000Z';
const CLOCK: ClockReading = { tz: 'Asia/Shanghai', boot_id: 'b', last_server_at: '2026-11-22T00:30:00.000Z', device_at_last_server: '2026-11-22T00:30:01.000Z', monotonic_ms: 5_700_000 };
const HERE: Position = { lon: 105.01, lat: 30.3, accuracy_m: 8.5, fixed_at: '2026-11-22T01:55:00.000Z', source: 'browser', datum: 'wgs84' };

type FileOf = Omit<FileRow, 'owner' | 'stored_at' | 'upload' | 'width' | 'height'>;

const photo = (n: number, role: FileRow['role'], more: Partial<FileOf> = {}): FileOf => ({
  file_id: id(n),
  sha256: (n % 256).toString(16).padStart(2, '0').repeat(32),
  bytes: 1_000 + n,
  media_type: 'image/jpeg',
  role,
  item_path: null,
  instance_key: '',
  of_file_id: null,
  taken_at: TAKEN,
  capture: 'in_page',
  capture_reason: null,
  reencoded: false,
  position: HERE,
  heading: 182.5,
  clock: { last_server_at: CLOCK.last_server_at, monotonic_ms: 5_400_000 },
  ...more,
});

const answer = (item: string, part: Partial<AnswerPayload> = {}): AnswerPayload => ({ item, instance_key: '', result: 'pass', value: null, reason: null, note: '', findings: [], ...part });

const VISIT: InspectionPayload = {
  inspection_id: id(5),
  site_id: id(6),
  checklist_id: id(7),
  round_id: id(30),
  outcome: 'inspected',
  people_present: '王站长',
  note: '后来又看了一遍',
  arrived: HERE,
  distance_reason: null,
  arrival: { position: HERE, distance_m: 12, far_reason: null, by: 'browser' },
  answers: [
    answer('MKT-01', { result: 'not_observed', reason: '门锁着' }),
    answer('MKT-07', {
      instance_key: '12号摊',
      result: 'fail',
      findings: [{ finding_id: id(8), instance_key: '12号摊', title: '案板没有防蝇罩', note: '已提醒摊主', fixed_on_spot: true, missing_photo_reason: null }],
    }),
    answer('MKT-12', { value: 2 }),
  ],
};

const TARGET = { ticket_id: id(40), seen_version: 7 };

interface Golden<K extends Kind = Kind> {
  readonly kind: K;
  readonly capture: 'phone' | 'desktop';
  readonly payload: Payloads[K];
  readonly files: readonly FileOf[];
}

const golden = <K extends Kind>(kind: K, capture: Golden['capture'], payload: Payloads[K], files: readonly FileOf[] = []): Golden => ({ kind, capture, payload, files });

const NEWEST: Readonly<Record<string, Golden>> = {
  'inspection.correct-1': golden('inspection.correct', 'phone', { inspection_id: id(5), seen_version: 3, reason: '漏看了一处', inspection: VISIT }, [
    photo(12, 'before', { item_path: 'MKT-07', instance_key: '12号摊' }),
    photo(13, 'after', { item_path: 'MKT-07', instance_key: '12号摊', capture: 'album', capture_reason: '相机打不开', reencoded: true, position: null, heading: null }),
  ]),
  'finding.report-1': golden(
    'finding.report',
    'phone',
    { finding_id: id(8), site_id: id(6), item_code: null, instance_key: '', title: '路灯倒了', note: '压在人行道上', severity: 'major', is_static: true, position: HERE, fixed_on_spot: false },
    [photo(12, 'before'), photo(14, 'voice', { media_type: 'audio/webm;codecs=opus', position: null, seconds: 12.4 })],
  ),
  'ticket.issue-1': golden('ticket.issue', 'desktop', { ...TARGET, unit_kind: 'township', unit_id: id(41), severity: null, is_static: false, deadline_days: 5, note: '请先围挡' }),
  'ticket.decline-1': golden('ticket.decline', 'desktop', { ...TARGET, reason: '不属于检查范围' }),
  'ticket.accept-1': golden('ticket.accept', 'phone', { ...TARGET, person_named: '李干事' }),
  'ticket.accept-1-paper': golden('ticket.accept', 'phone', { ...TARGET, person_named: '王某', paper: { signed_by: '王某', signed_at: '2026-11-21T02:00:00.000Z' } }, [photo(15, 'paper')]),
  'ticket.rectify-1': golden('ticket.rectify', 'phone', { ...TARGET, attempt_id: id(42), note: '已经扶正' }, [photo(15, 'after')]),
  'ticket.stage-1': golden('ticket.stage', 'phone', { ...TARGET, stage: 'control', note: '已经扶正' }, [photo(15, 'after')]),
  'ticket.submit-1': golden('ticket.submit', 'phone', { ...TARGET, attempt_id: id(42), note: '已经扶正' }),
  'ticket.verify-1': golden(
    'ticket.verify',
    'phone',
    { ...TARGET, attempt_id: id(42), verdict: 'failed', reason: 'partial', note: '底座还松', on_site: true, position: HERE },
    [photo(16, 'after')],
  ),
  'ticket.void-1': golden('ticket.void', 'desktop', { ...TARGET, reason: '重复' }),
  'ticket.keep-1': golden('ticket.keep', 'desktop', { ...TARGET, reason: '不是同一处' }),
  'ticket.ask-1': golden(
    'ticket.ask',
    'phone',
    { ...TARGET, request_id: id(43), what: 'hold', reason: '冬天不能浇水泥', wanted_day: '2026-12-20', measure: '已围挡，开春施工', unit_kind: null, unit_id: null },
    [photo(15, 'interim')],
  ),
  'ticket.decide-1': golden('ticket.decide', 'desktop', { ...TARGET, request_id: id(43), verdict: 'approved', note: '同意', day: '2026-12-10', unit_kind: 'department', unit_id: id(41), wrongly_routed: true }),
  'ticket.withdraw_ask-1': golden('ticket.withdraw_ask', 'phone', { ...TARGET, request_id: id(43) }),
  'ticket.resume-1': golden('ticket.resume', 'desktop', { ...TARGET, note: '材料已到' }),
  'ticket.merge-1': golden('ticket.merge', 'desktop', { ...TARGET, into_ticket_id: id(44), note: '同一处' }),
  'ticket.relapse-1': golden('ticket.relapse', 'phone', { ...TARGET, finding_id: id(8), note: '又坏了' }, [photo(15, 'finding')]),
  'ticket.remind-1': golden('ticket.remind', 'desktop', { ...TARGET, note: '请尽快' }),
  'ticket.edit-1': golden('ticket.edit', 'desktop', { ...TARGET, severity: 'critical', is_static: null, due_day: '2026-12-05', reason: '有安全隐患' }),
  'ticket.answer_hard-1': golden('ticket.answer_hard', 'phone', { ...TARGET, coordinator: '县住建局', until: '2026-12-10', note: '已约电力公司' }),
  'ticket.mark_hard-1': golden('ticket.mark_hard', 'phone', { ...TARGET, hard: true, ask: '请县里协调电力公司' }),
  'ticket.archive-1': golden('ticket.archive', 'desktop', { ...TARGET }),
  'ticket.look_back-1': golden('ticket.look_back', 'phone', { ...TARGET, result: 'held', note: '完好', position: HERE }, [photo(15, 'look_back')]),
  'ticket.milestone-1': golden('ticket.milestone', 'phone', { ...TARGET, project_id: id(45), milestone_id: id(46), done_on: '2026-11-21', note: '已到货' }, [photo(15, 'milestone')]),
  'ticket.refer_done-1': golden('ticket.refer_done', 'phone', { ...TARGET, request_id: id(43), note: '已更换站牌' }),
  'ticket.refer_return-1': golden('ticket.refer_return', 'phone', { ...TARGET, request_id: id(43), reason: '不属于我局管养' }),
};

interface ToSeal {
  readonly kind: Kind;
  readonly payload: unknown;
  readonly subject: Subject;
  readonly after: readonly string[];
  readonly capture: 'phone' | 'desktop';
  readonly author: Author;
  readonly files: readonly FileOf[];
}

/** The way that every draft goes, with the same person, device, number and clock each time. */
async function sealed({ kind, payload, subject, after, capture, author, files }: ToSeal): Promise<string> {
  const world = new World();
  await world.enrol();
  const draft: Draft = { id: id(1), kind, subject, payload, after, started_at: 1, updated_at: 1 };
  await world.db.write(['meta', 'drafts', 'files'], async (tx) => {
    const device = await getMeta(tx, 'device');
    if (!device) throw new Error('no device');
    await putMeta(tx, 'device', { ...device, id: id(4) });
    await putMeta(tx, 'last_seq', 16);
    await tx.objectStore('drafts').put(draft);
    for (const row of files) await tx.objectStore('files').put({ ...row, width: 4, height: 3, owner: draft.id, stored_at: 1, upload: 'held' });
  });
  const clock = { read: () => CLOCK } as unknown as Clock;
  const result = await seal({ db: world.db, clock, now: () => Date.parse('2026-11-22T02:05:00.000Z'), app_version: '0.1.0', capture, author }, { draft_id: draft.id });
  if (result.kind !== 'sealed') throw new Error(result.kind);
  const body = await world.db.read(['bodies'], (tx) => tx.objectStore('bodies').get(draft.id));
  return new TextDecoder().decode(body);
}

const sealedNow = ({ kind, capture, payload, files }: Golden): Promise<string> => sealed({ kind, payload, subject: { title: '' }, after: [], capture, author: AUTHOR, files });

test.runIf(process.env['LALIAN_WRITE_GOLDEN'])('writes the bodies that are missing', async () => {
  for (const [name, one] of Object.entries(NEWEST)) if (!existsSync(file(name))) writeFileSync(file(name), await sealedNow(one));
});

test.each(Object.entries(NEWEST))('%s is sealed today as it was released, byte for byte', async (name, one) => {
  expect(await sealedNow(one)).toBe(readFileSync(file(name), 'utf8'));
});

interface Envelope {
  readonly kind: string;
  readonly author: Author;
  readonly entered_by: Author | null;
  readonly capture: 'phone' | 'desktop' | 'paper';
  readonly after: readonly string[];
  readonly payload: unknown;
  readonly files: readonly (FileOf & { readonly last_server_at: string | null; readonly monotonic_ms: number | null })[];
}

const names = readdirSync(FOLDER).map((name) => name.replace('.json', ''));

test.each(names)('%s says nothing that is not sealed any more, and misses nothing', async (name) => {
  const text = readFileSync(file(name), 'utf8');
  const body = JSON.parse(text) as Envelope;
  const files = body.files.map(({ last_server_at, monotonic_ms, ...rest }) => ({ ...rest, clock: { last_server_at, monotonic_ms } }));
  const again = await sealed({
    kind: body.kind.replace(/\/\d+$/, '') as Kind,
    payload: body.payload,
    subject: body.capture === 'paper' ? { title: '', paper: true } : { title: '' },
    after: body.after,
    capture: body.capture === 'paper' ? 'desktop' : body.capture,
    author: body.entered_by ?? body.author,
    files,
  });
  expect(JSON.parse(again)).toEqual(JSON.parse(text));
});

test('every kind has a body for the version that this app writes', () => {
  const kinds: Record<Kind, true> = {
    'inspection.submit': true,
    'inspection.correct': true,
    'finding.report': true,
    'ticket.issue': true,
    'ticket.decline': true,
    'ticket.accept': true,
    'ticket.rectify': true,
    'ticket.stage': true,
    'ticket.submit': true,
    'ticket.verify': true,
    'ticket.void': true,
    'ticket.keep': true,
    'ticket.ask': true,
    'ticket.decide': true,
    'ticket.withdraw_ask': true,
    'ticket.resume': true,
    'ticket.merge': true,
    'ticket.relapse': true,
    'ticket.remind': true,
    'ticket.edit': true,
    'ticket.mark_hard': true,
    'ticket.answer_hard': true,
    'ticket.archive': true,
    'ticket.look_back': true,
    'ticket.milestone': true,
    'ticket.refer_done': true,
    'ticket.refer_return': true,
  };
  for (const kind of Object.keys(kinds)) expect(names.some((name) => name.startsWith(`${kind}-`)), kind).toBe(true);
  for (const name of names) expect((JSON.parse(readFileSync(file(name), 'utf8')) as Envelope).kind.replace('/', '-'), name).toBe(name.replace(/-paper$/, ''));
});
