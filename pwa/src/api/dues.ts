// The calendar of what falls due, as the county answers it.

/** Tickets, each kind with a list of its own. */
export const TICKET_DUES = ['repair', 'internal', 'accept', 'check', 'control', 'review', 'referral'] as const;
export type DueWhat = (typeof TICKET_DUES)[number] | 'campaign' | 'recheck' | 'honour_end' | 'self_check' | 'plan' | 'appeal' | 'monthly';

export interface DueEntry {
  readonly what: DueWhat;
  /** Rows of the list behind it; null where the date alone is known. */
  readonly count: number | null;
  /** The rows themselves, where they are few. */
  readonly items: readonly { readonly id: string; readonly name: string }[];
}

export interface DueDay {
  readonly day: string;
  readonly is_working_day: boolean;
  /** What the year's notice calls it. */
  readonly name: string | null;
  /** How near, in the working days of the reminders; null: further away, or past. */
  readonly near: number | null;
  readonly entries: readonly DueEntry[];
}

export interface DueMonth {
  readonly as_of: string;
  readonly month: string;
  readonly today: string;
  readonly due_days: readonly number[];
  readonly days: readonly DueDay[];
}
