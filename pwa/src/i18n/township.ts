import { area } from './area.svelte';
import { township as en } from './en/township';
import { township as zh } from './zh/township';

export const township = area(zh, en);
