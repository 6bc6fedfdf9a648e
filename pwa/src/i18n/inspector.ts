import { area } from './area.svelte';
import { inspector as en } from './en/inspector';
import { inspector as zh } from './zh/inspector';

export const inspector = area(zh, en);
