import { area } from './area.svelte';
import { account as zh } from './zh/account';

export const account = area(zh, async () => (await import('./en/account')).account);
