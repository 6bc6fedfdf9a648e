import { area } from './area.svelte';
import { phone as zh } from './zh/phone';

export const phone = area(zh, async () => (await import('./en/phone')).phone);
