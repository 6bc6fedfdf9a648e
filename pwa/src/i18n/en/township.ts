import type { township as zh } from '../zh/township';

export const township: typeof zh = {
  title: 'Repairs',
};
