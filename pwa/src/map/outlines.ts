// Township outlines for the map: fetched once, then from the browser's cache of this origin, so that the map works without a signal.
import type { FeatureCollection, MultiPolygon, Polygon } from 'geojson';
import { core } from '@/app/shell/core.svelte';

const CACHE = 'lalian-outlines';

interface Properties {
  readonly id: string;
  readonly code: string;
  readonly name: string;
}
export type Outlines = FeatureCollection<Polygon | MultiPolygon, Properties>;

export async function outlines(county: string): Promise<Outlines | null> {
  const key = `/map/outlines/${county}`;
  const answer = await core().api.get<Outlines>('/divisions/outlines');
  if (answer.kind === 'ok') {
    // Not to be able to keep it is no reason not to show it.
    await keep(key, answer.data).catch(() => undefined);
    return answer.data;
  }
  return kept(key).catch(() => null);
}

/** Gets them ready for a day without a signal; does nothing when they lie here already. */
export async function prefetchOutlines(county: string): Promise<void> {
  if ((await kept(`/map/outlines/${county}`).catch(() => null)) === null) await outlines(county);
}

async function keep(key: string, data: Outlines): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.put(key, new Response(JSON.stringify(data), { headers: { 'content-type': 'application/json' } }));
}

async function kept(key: string): Promise<Outlines | null> {
  const found = await (await caches.open(CACHE)).match(key);
  return found ? ((await found.json()) as Outlines) : null;
}
