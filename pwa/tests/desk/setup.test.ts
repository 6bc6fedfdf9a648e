// The guided set-up of a county: what a file is, what is drawn of it, what a preview says first, what a county still lacks.
import { expect, test } from 'vitest';
import type { ImportRow, ImportView, SheetCounts } from '../../src/api/imports';
import type { PersonRow } from '../../src/api/types';
import { countyCode, countyFile, judge, MAX_BYTES, textOf, type Judged } from '../../src/app/setup/files';
import { advice, counts, dots, filled, firstLook, rowsOf, span } from '../../src/app/setup/preview';
import { factsOf, isReady, lines, nextStep, stepDone, taken } from '../../src/app/setup/ready';
import { readDots, readShapes, swapped } from '../../src/app/setup/shapes';

const ZIP = Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0);
const OLE = Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1);
const TEXT = new TextEncoder().encode('code,name');
const no = (why: string) => ({ fit: false, why });
const yes = (kind: string) => ({ fit: true, kind });

test.each<[string, number, Uint8Array, object]>([
  ['全县.xlsx', 900, ZIP, yes('workbook')],
  ['全县.XLSX', 900, ZIP, yes('workbook')],
  ['加密.xlsx', 900, OLE, no('locked')],
  ['旧表.xls', 900, OLE, no('oldExcel')],
  ['金山.et', 900, OLE, no('oldExcel')],
  // A web page or a CSV that somebody gave the old ending.
  ['旧表.xls', 900, TEXT, no('oldExcel')],
  ['带宏.xlsm', 900, ZIP, no('macros')],
  ['合同.docx', 900, ZIP, no('unknown')],
  ['全部.zip', 900, ZIP, yes('archive')],
  ['点位.csv', 900, TEXT, yes('csv')],
  ['边界.geojson', 900, TEXT, yes('geojson')],
  ['清单.json', 900, TEXT, yes('checklists')],
  ['照片.jpg', 900, Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), no('unknown')],
  ['没有后缀', 900, TEXT, no('unknown')],
  ['空.csv', 0, new Uint8Array(), no('empty')],
  ['大.xlsx', MAX_BYTES + 1, ZIP, no('tooLarge')],
  ['刚好.xlsx', MAX_BYTES, ZIP, yes('workbook')],
])('%s is judged before it is sent', (name, size, head, expected) => {
  expect<Judged | object>(judge(name, size, head)).toEqual(expected);
});

test('text of office programs is read in either encoding', () => {
  expect(textOf(new TextEncoder().encode('名称').buffer)).toEqual({ text: '名称', converted: false });
  expect(textOf(Uint8Array.of(0xc3, 0xfb, 0xb3, 0xc6).buffer)).toEqual({ text: '名称', converted: true });
});

test.each([['510903', '510903000000'], [' ５１０９０３ ', '510903000000'], ['510903000000', '510903000000'], ['510903001000', null], ['5109', null], ['', null], ['县', null], ['010903', null]])('%s as the code of a county', (typed, code) => {
  expect(countyCode(typed)).toBe(code);
});

test('a county is one line, whatever its name is', () => {
  expect(countyFile('510903000000', ' 示例县 ')).toEqual({ name: 'county 示例县.csv', text: 'code,name,inspector_zh\r\n510903000000,示例县,\r\n' });
  expect(countyFile('510903000000', '示例县', ' 督查员 ').text).toContain('510903000000,示例县,督查员\r\n');
  expect(countyFile('510903000000', '示"例",县').text).toContain('510903000000,"示""例"",县"');
});

const square = (lon: number, lat: number, properties: object) => ({ type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [[[lon, lat], [lon + 1, lat], [lon, lat + 1], [lon, lat]]] } });

test('outlines of a file are drawn from the county down, what has none is counted', () => {
  const point = { type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [104, 30] } };
  const found = readShapes('\uFEFF' + JSON.stringify({ type: 'FeatureCollection', features: [square(104, 30, { code: 5, name: '甲村', level: 'village' }), square(104, 30, { name: '示例县', level: 'county' }), point, null] }));
  expect(found?.features.features.map(({ properties }) => properties.name)).toEqual(['示例县', '甲村']);
  expect([found?.without, found?.swapped]).toEqual([2, false]);
});

test('what holds no outlines is no map', () => {
  for (const text of ['', '{', '[]', 'null', '{"schema_version":3,"items":[]}', '{"features":{}}']) expect(readShapes(text)).toBeNull();
});

test('sites of a table are drawn as far as they have coordinates', () => {
  const found = readDots('\uFEFF点位编码*,名称,经度*,纬度*\r\n1,"甲,""乙""",104.5,30.25\n2,丙,１０４.6,30.5\n\n3,丁,,\n4,戊,东,30\n5,己,1045,30\n');
  expect(found?.dots).toEqual([
    { lon: 104.5, lat: 30.25, name: '甲,"乙"', bad: false },
    { lon: 104.6, lat: 30.5, name: '丙', bad: false },
  ]);
  expect(found?.swapped).toBe(false);
  expect(readDots('code,name\n1,a')).toBeNull();
  expect(readDots('')).toBeNull();
  // Swapped ones are told; what cannot lie on a map is not drawn.
  expect(readDots('name,longitude,latitude\na,30.25,104.5')).toMatchObject({ dots: [], swapped: true });
  expect(readDots(`lon,lat\n${'104,30\n'.repeat(6_000)}`)?.dots).toHaveLength(5_000);
});

test('swapped columns are noticed, and no place of the country is taken for swapped', () => {
  expect(readShapes(JSON.stringify({ features: [square(30, 104, {})] }))?.swapped).toBe(true);
  for (const at of [[73.6, 39.5], [134.7, 48.4], [109.5, 18.2], [121, 53.5]]) expect([swapped(at), swapped([...at].reverse())]).toEqual([false, true]);
  expect(swapped(undefined)).toBe(false);
});

const sheet = (name: SheetCounts['sheet'], created: number, changed = 0, unchanged = 0, refused = 0): SheetCounts => ({ sheet: name, rows: created + changed + unchanged + refused, created, changed, unchanged, refused });
const view = (state: ImportView['state'], ...sheets: SheetCounts[]): ImportView => ({
  id: 'i', name: '全县.xlsx', state, made_at: '2026-11-30T01:00:00Z', applied_at: null, undone_at: null, datum: 'wgs84', faults_total: 0, sheets, can_apply: true, can_undo: false, undo_hindered_by: [], notes: [], refreshed: false, made_by_name: '',
});

test('sums over sheets, empty sheets left out, in the order of building', () => {
  const one = view('preview', sheet('people', 3, 1), sheet('outlines', 0), sheet('county', 1), sheet('sites', 5, 0, 7, 2));
  expect(counts(one)).toEqual({ rows: 19, created: 9, changed: 1, unchanged: 7, refused: 2 });
  expect(filled(one).map((each) => each.sheet)).toEqual(['county', 'sites', 'people']);
  expect([rowsOf(counts(one, 'sites'), 'refused'), rowsOf(counts(one, 'sites'), 'all'), rowsOf(counts(one, 'checklists'), 'all')]).toEqual([2, 14, 0]);
});

test('faults are looked at first, then what would be overwritten', () => {
  expect(firstLook(view('preview', sheet('sites', 5, 1, 0, 1)))).toBe('refused');
  expect(firstLook(view('preview', sheet('sites', 5, 1)))).toBe('changed');
  expect(firstLook(view('preview', sheet('sites', 5)))).toBe('all');
});

test.each<[string, ImportView, string]>([
  ['a good file is written', view('preview', sheet('sites', 5)), 'apply'],
  ['a faulty one is mended', view('preview', sheet('sites', 5, 0, 0, 1)), 'mend'],
  ['the same file again writes nothing', view('preview', sheet('sites', 0, 0, 5)), 'nothing'],
  ['a file without rows is not read', view('preview'), 'unreadable'],
  ['a refused file is not read', view('refused', sheet('sites', 0, 0, 0, 1)), 'unreadable'],
])('%s', (_, one, expected) => {
  expect(advice(one)).toBe(expected);
});

test('rows of a page are counted from one', () => {
  expect([span(0, 50), span(3999, 50)]).toEqual([{ from: 1, to: 50 }, { from: 199_951, to: 200_000 }]);
});

test('a row lies on the map when both its coordinates are told', () => {
  const row = (changes: ImportRow['changes'], fate: ImportRow['fate'] = 'created'): ImportRow => ({ sheet: 'sites', source: '点位', row: 2, key: '01', name: '公厕', fate, changes, faults: [], notes: [] });
  const at = (longitude: string | null, latitude: string | null) => [{ field: 'longitude', before: null, after: longitude }, { field: 'latitude', before: null, after: latitude }];
  expect(dots([row(at('104.5', '30.25')), row(at('104.5', null)), row(at('东', '30')), row([]), row(at('104', '30'), 'refused')])).toEqual([
    { lon: 104.5, lat: 30.25, name: '公厕', bad: false },
    { lon: 104, lat: 30, name: '公厕', bad: true },
  ]);
});

const person = (role: string, unit_id: string, more: Partial<PersonRow> = {}, valid_to: string | null = null): PersonRow => ({
  id: role + unit_id, login: role, name: role, phone: null, version: 1, in_hand: false, status: 'active', county_id: null, has_password: true, posts: [{ id: 'p', role, unit_kind: 'x', unit_id, unit_name: '', valid_from: null, valid_to }], ...more,
});
const NOW = Date.parse('2026-11-30T00:00:00Z');

test('a file that was taken over twice counts once, an undone one not at all', () => {
  const first = view('applied', sheet('sites', 10));
  const again = view('applied', sheet('sites', 0, 2, 8));
  const more = view('applied', sheet('sites', 3, 0, 0, 1));
  expect(taken([], 'sites')).toBe(0);
  expect(taken([first, again], 'sites')).toBe(10);
  expect(taken([first, again, more], 'sites')).toBe(13);
  expect(taken([view('undone', sheet('sites', 10)), view('preview', sheet('sites', 4))], 'sites')).toBe(0);
  // Brought by command before the first file: the rows are there all the same.
  expect(taken([view('applied', sheet('sites', 0, 0, 900))], 'sites')).toBe(900);
});

test('an empty county lacks everything, in the order of building', () => {
  const all = lines(factsOf([], [person('platform_admin', 'x')], NOW));
  expect(all.filter(({ standing }) => standing === 'missing').map(({ id }) => id)).toEqual(['county', 'townships', 'checklists', 'sites', 'office', 'inspectors', 'codes']);
  expect([isReady(all), nextStep(all)]).toEqual([false, 'county']);
});

test('ready is what a first visit needs; outlines, desks and codes are advice', () => {
  const imports = [view('applied', sheet('county', 1), sheet('divisions', 12), sheet('sites', 9)), view('applied', sheet('checklists', 4))];
  const people = [person('office', 'c'), person('inspector', 'c', { has_password: false })];
  const all = lines(factsOf(imports, people, NOW));
  expect([isReady(all), nextStep(all)]).toEqual([true, null]);
  expect(all.filter(({ standing }) => standing === 'advice').map(({ id, count }) => [id, count])).toEqual([['outlines', 0], ['desks', 0], ['codes', 1]]);
  expect([stepDone(all, 'people'), stepDone(all, 'divisions')]).toEqual([true, true]);
});

test('posts that ended and suspended accounts fill no place; a township counts once', () => {
  const people = [
    person('office', 'c', {}, '2026-11-29T00:00:00Z'),
    person('inspector', 'c', { status: 'suspended' }),
    person('desk_officer', 't1'),
    person('deputy_leader', 't1'),
    person('desk_officer', 't2', {}, '2027-01-01T00:00:00Z'),
  ];
  const facts = factsOf([], people, NOW);
  expect([facts.office, facts.inspectors, facts.desks]).toEqual([0, 0, 2]);
});

test('where the register may be read, it tells, not the files', () => {
  const seen = { divisions: { rows: 21, more: false }, sites: { rows: 200, more: true }, checklists: { rows: 9, more: false }, outlines: { rows: 20, more: false } };
  const all = lines(factsOf([view('applied', sheet('sites', 3))], [person('office', 'c'), person('inspector', 'c')], NOW, seen));
  expect(isReady(all)).toBe(true);
  expect(all.filter(({ count, more }) => more ?? count === 9).map(({ id, count }) => [id, count])).toEqual([['checklists', 9], ['sites', 200]]);
});
