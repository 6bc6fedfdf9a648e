import type { kinds as zh } from '../zh/kinds';

export const kinds: typeof zh = {
  'inspection.submit': 'Inspection',
  'inspection.correct': 'Correction',
  'finding.report': 'Finding',
  'ticket.issue': 'Issue',
  'ticket.decline': 'Not issued',
  'ticket.accept': 'Accept',
  'ticket.rectify': 'Repair report',
  'ticket.submit': 'Repair submitted',
  'ticket.verify': 'Verification',
  'ticket.void': 'Withdrawal',
  'ticket.ask': 'Request',
  'ticket.decide': 'Answer to a request',
  'ticket.withdraw_ask': 'Request withdrawn',
  'ticket.resume': 'Repair goes on',
  'ticket.merge': 'Merge',
  'ticket.relapse': 'Fault came back',
  'ticket.remind': 'Reminder',
  'ticket.edit': 'Change',
  'ticket.mark_hard': 'Hard case',
  'ticket.archive': 'Archive',
};
