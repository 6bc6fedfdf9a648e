import type { inspector as zh } from '../zh/inspector';

export const inspector: typeof zh = {
  title: 'Today\'s sites',
};
