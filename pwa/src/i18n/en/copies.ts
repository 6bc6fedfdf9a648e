import type { copies as zh } from '../zh/copies';

export const copies: typeof zh = {
  download: 'Download with its details',
  downloaded: 'Downloaded. Site, time, number and hash stand below the picture; the original is unchanged.',
  making: 'The preview of this photo is being made. Please try again in a moment.',
  cover: 'Cover faces and plates',
  help: 'Drag over what should be covered. The original stays; the covered copy is kept beside it, with who made it.',
  keys: 'By keyboard: Tab chooses an area, arrows move it, Shift and arrows resize it, Delete removes it, Ctrl+Z takes back.',
  picture: 'The photo to cover',
  area: (n) => `Covered area ${n}`,
  count: (n) => (n === 0 ? 'Nothing drawn yet' : `${n === 1 ? '1 area' : `${n} areas`} drawn`),
  add: 'Add',
  remove: 'Remove',
  undo: 'Undo',
  save: 'Save covered copy',
  made: 'The covered copy is saved; the original is unchanged.',
  result: 'How it looks covered',
  downloadCovered: 'Download the covered copy',
  again: 'Change it',
  last: (name, when) => `Covered by ${name}, ${when}. The picture shows what was drawn then; change it and save, the newest one counts.`,
  somebody: 'a colleague',
  gone: 'The photo did not open. Please try again in a moment.',
};
