import { area } from './area.svelte';
import { phones as zh } from './zh/phones';

export const phones = area(zh, async () => (await import('./en/phones')).phones);
