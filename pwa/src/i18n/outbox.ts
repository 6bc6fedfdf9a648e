import { area } from './area.svelte';
import { outbox as zh } from './zh/outbox';

export const outbox = area(zh, async () => (await import('./en/outbox')).outbox);
