import { area } from './area.svelte';
import { office as en } from './en/office';
import { office as zh } from './zh/office';

export const office = area(zh, en);
