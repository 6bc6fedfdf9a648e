import { area } from './area.svelte';
import { accounts as zh } from './zh/accounts';

/** Words of keeping accounts: slips with one-time codes, changed numbers, the township's own people. */
export const accounts = area(zh, async () => (await import('./en/accounts')).accounts);
