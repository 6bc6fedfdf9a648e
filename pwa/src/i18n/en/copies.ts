import type { copies as zh } from '../zh/copies';

export const copies: typeof zh = {
  download: 'Download with its details',
  downloaded: 'Downloaded. Site, time, number and hash stand below the picture; the original is unchanged.',
  making: 'The preview of this photo is being made. Please try again in a moment.',
  cover: 'Cover faces and plates',
  help: 'Drag over what should be covered, for circulars. The original stays; the covered picture is kept beside it, with who made it and when.',
  keys: 'By keyboard: Tab chooses an area, arrows move it, Shift and arrows resize it, Delete removes it, Ctrl+Z takes back.',
  picture: 'The photo to cover',
  area: (n) => `Covered area ${n}`,
  count: (n) => (n === 0 ? 'Nothing drawn yet' : `${n} area(s) drawn`),
  add: 'Add an area',
  remove: 'Remove the chosen one',
  undo: 'Undo',
  save: 'Save the covered copy',
  made: 'The covered copy is saved; the original is unchanged.',
  result: 'How it looks covered',
  downloadCovered: 'Download the covered copy',
  again: 'Change it',
  last: (name, when) => `Covered by ${name}, ${when}. Below is what was drawn then; change it and save, the newest one counts.`,
  somebody: 'a colleague',
  gone: 'The photo did not open. Please try again in a moment.',
};
