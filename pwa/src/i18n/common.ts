import { area } from './area.svelte';
import { common as zh } from './zh/common';

/** `common().login.title`: words of the shell and of everything shared. */
export const common = area(zh, async () => (await import('./en/common')).common);
