// The few pictures of the app as path data on a 24-unit grid, drawn by strokes. A picture never stands without its word.
import type { MORE_ICONS } from './icons.more';

/** Those of the first screens; the others come with the first screen that shows one (icons.more.ts). */
export const ICONS = {
  arrow: 'M9 5l7 7-7 7',
  back: 'M15 5l-7 7 7 7',
  bell: 'M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5a2.2 2.2 0 0 0 4 0',
  check: 'M4.5 12.5l5 5L19.5 7',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2.5',
  close: 'M6 6l12 12M18 6L6 18',
  cloud_done: 'M7 18.5a4.5 4.5 0 0 1-.6-8.96A6 6 0 0 1 18 9.5a4.5 4.5 0 0 1-.5 9zM9 13.5l2.2 2.2L15.2 12',
  cloud_up: 'M7 18.5a4.5 4.5 0 0 1-.6-8.96A6 6 0 0 1 18 9.5a4.5 4.5 0 0 1-.5 9M12 21v-8M9 15.5l3-3 3 3',
  download: 'M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 19.5h15',
  flag: 'M6 21V4h11l-2.5 4 2.5 4H6',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.5v.3',
  list: 'M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.3M4.5 12h.3M4.5 17.5h.3',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  map: 'M4 6.5l5-2 6 2 5-2v13l-5 2-6-2-5 2zM9 4.5v13M15 6.5v13',
  note: 'M6 4h9l3.5 3.5V20H6zM9 10h6M9 13.5h6M9 17h4',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0',
  phone: 'M7.5 3h9v18h-9zM11 18h2',
  pin: 'M12 21c4.5-5 7-8.3 7-11a7 7 0 0 0-14 0c0 2.7 2.5 6 7 11zM12 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  search: 'M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM16 16l4.5 4.5',
  sync: 'M19.5 8A8.5 8.5 0 0 0 4.5 9.5M4.5 4.5v5h5M4.5 16a8.5 8.5 0 0 0 15-1.5M19.5 19.5v-5h-5',
  ticket: 'M5 4h14v16l-3.5-2-3.5 2-3.5-2L5 20zM8.5 9h7M8.5 13h7',
  warn: 'M12 4l9 16H3zM12 10v5M12 17.5v.3',
} as const;

export type IconName = keyof typeof ICONS | keyof typeof MORE_ICONS;

/** Meaning of a colour; every tone comes with an icon and a word beside it. */
export type Tone = 'plain' | 'pass' | 'fail' | 'warn' | 'info' | 'muted' | 'strong';
