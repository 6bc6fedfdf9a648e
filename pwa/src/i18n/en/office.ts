import type { office as zh } from '../zh/office';

export const office: typeof zh = {
  title: 'County office',
};
