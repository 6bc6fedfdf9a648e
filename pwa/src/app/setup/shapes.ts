// Outlines and sites as they stand in a file, to be looked at on a map before anything is written: how many, where, and whether longitude and latitude
// changed places.
import type { Feature, FeatureCollection, MultiPolygon, Polygon, Position } from 'geojson';

export interface ShapeFacts {
  readonly name: string;
  readonly code: string;
  readonly level: string;
}
export type Shape = Feature<Polygon | MultiPolygon, ShapeFacts>;

export interface Dot {
  readonly lon: number;
  readonly lat: number;
  readonly name: string;
  readonly bad: boolean;
}

/** What a file shows on a map. */
export interface Shapes {
  readonly features: FeatureCollection<Polygon | MultiPolygon, ShapeFacts>;
  /** Sites, as far as they are drawn. */
  readonly dots: readonly Dot[];
  /** Features of the file without an area: they are not drawn. */
  readonly without: number;
  /** Longitude and latitude seem to have changed places. */
  readonly swapped: boolean;
}

const words = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');

/** Null when the text holds no outlines (a file of checklists is JSON too). */
export function readShapes(text: string): Shapes | null {
  let read: unknown;
  try {
    read = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
  if (!isCollection(read)) return null;
  const features: Shape[] = [];
  let without = 0;
  for (const one of read.features) {
    const feature = one as Partial<Feature> | null;
    const { geometry } = feature ?? {};
    if (geometry?.type !== 'Polygon' && geometry?.type !== 'MultiPolygon') {
      without += 1;
      continue;
    }
    const facts = (feature?.properties ?? {}) as Record<string, unknown>;
    features.push({ type: 'Feature', geometry, properties: { name: words(facts.name ?? facts['名称']), code: words(facts.code ?? facts['代码']), level: words(facts.level ?? facts['级别']) } });
  }
  // The county's own outline below, what lies in it on top.
  features.sort((a, b) => rank(a) - rank(b));
  return { features: { type: 'FeatureCollection', features }, dots: [], without, swapped: features.some((shape) => swapped(cornerOf(shape))) };
}

/** More of them make no better picture. */
const MOST_DOTS = 5_000;
const LON = ['经度', 'longitude', 'lon', 'lng'];
const LAT = ['纬度', 'latitude', 'lat'];
const NAME = ['名称', 'name', '点位名称'];

/** The sites of a table; null when it has no columns of coordinates. */
export function readDots(text: string): Shapes | null {
  const [head, ...rows] = cells(text.replace(/^\uFEFF/, ''));
  const at = (titles: readonly string[]): number => head?.findIndex((title) => titles.includes(title.replace(/[*\s]/g, '').toLowerCase())) ?? -1;
  const [lon, lat, name] = [at(LON), at(LAT), at(NAME)];
  if (lon < 0 || lat < 0) return null;
  const dots = rows.slice(0, MOST_DOTS).flatMap((row) => {
    const [x, y] = [row[lon], row[lat]].map((cell) => (cell === undefined || cell.trim() === '' ? Number.NaN : Number(cell.normalize('NFKC'))));
    // What is far off the globe cannot be drawn; the row says so itself.
    return x !== undefined && y !== undefined && Math.abs(x) <= 180 && Math.abs(y) <= 180 ? [{ lon: x, lat: y, name: row[name] ?? '', bad: false }] : [];
  });
  const wrong = dots.filter((dot) => swapped([dot.lon, dot.lat])).length;
  return { features: { type: 'FeatureCollection', features: [] }, dots: dots.filter((dot) => Math.abs(dot.lat) < 90), without: 0, swapped: wrong > dots.length / 2 };
}

/** The cells of a CSV text, quoted ones too. */
function cells(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    if (rows.length > MOST_DOTS) break;
  }
  return rows;
}

const RANK: Readonly<Record<string, number>> = { county: 0, 县: 0, township: 1, 乡镇: 1 };
const rank = (shape: Shape): number => RANK[shape.properties.level] ?? 2;

function isCollection(read: unknown): read is { readonly features: readonly unknown[] } {
  return typeof read === 'object' && read !== null && 'features' in read && Array.isArray(read.features);
}

function cornerOf({ geometry }: Shape): Position | undefined {
  return geometry.type === 'Polygon' ? geometry.coordinates[0]?.[0] : geometry.coordinates[0]?.[0]?.[0];
}

/** China lies between 73° and 136° east and 3° and 54° north: what stands the other way round was swapped. */
export function swapped(at: Position | undefined): boolean {
  const [lon, lat] = at ?? [];
  return lon !== undefined && lat !== undefined && lon > 3 && lon < 54 && lat > 73 && lat < 136;
}
