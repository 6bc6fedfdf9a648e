import { area } from './area.svelte';
import { feedback as zh } from './zh/feedback';

export const feedback = area(zh, async () => (await import('./en/feedback')).feedback);
