import { area } from './area.svelte';
import { campaigns as zh } from './zh/campaigns';

export const campaigns = area(zh, async () => (await import('./en/campaigns')).campaigns);
