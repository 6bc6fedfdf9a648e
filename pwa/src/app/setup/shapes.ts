// Outlines as they stand in a file, to be looked at before anything is sent: how many, where, and whether longitude and latitude changed places.
import type { Feature, FeatureCollection, MultiPolygon, Polygon, Position } from 'geojson';

export interface ShapeFacts {
  readonly name: string;
  readonly code: string;
  readonly level: string;
}
export type Shape = Feature<Polygon | MultiPolygon, ShapeFacts>;

export interface Shapes {
  readonly features: FeatureCollection<Polygon | MultiPolygon, ShapeFacts>;
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
  return { features: { type: 'FeatureCollection', features }, without, swapped: features.some((shape) => swapped(cornerOf(shape))) };
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
