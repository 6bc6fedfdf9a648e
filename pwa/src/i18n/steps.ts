import { area } from './area.svelte';
import { steps as zh } from './zh/steps';

/** Words of the steps that are taken now and then: asking for more time, answering, reminding, merging. */
export const steps = area(zh, async () => (await import('./en/steps')).steps);
