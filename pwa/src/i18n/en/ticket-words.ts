import type { ticketWords as zh } from '../zh/ticket-words';

export const ticketWords: typeof zh = {
  state: {
    pending: 'To be issued',
    issued: 'Issued',
    in_progress: 'Being repaired',
    submitted: 'To be verified',
    rework: 'Sent back',
    on_hold: 'On hold',
    closed: 'Closed',
    declined: 'Not issued',
    merged: 'Merged',
    void: 'Withdrawn',
  },
  severity: { critical: 'Danger', major: 'Major', minor: 'Minor' },
  isStatic: 'Static issue',
  notStatic: 'Recurring issue',
  overdue: 'Overdue',
  dueSoon: 'Due soon',
  noNumber: 'No number yet',
  due: (when) => `due ${when}`,
};
