// Answers about colours, counters, copies and talks, with closed unions where the server's document says "string".

export type Colour = 'green' | 'yellow' | 'red';

export type Rule = 'on_time_rate' | 'late_count' | 'overdue_yellow' | 'hollow_yellow' | 'overdue_red' | 'overdue_long' | 'hollow_red' | 'not_the_repair' | 'two_yellows' | 'one_step';

/** One rule of a township's month: what it looked at, from where on it speaks, and the tickets behind it. */
export interface RuleResult {
  readonly rule: Rule;
  readonly makes: Colour;
  readonly value: number;
  readonly limit: number;
  readonly hit: boolean;
  /** False: not asked here, e.g. a rate of very few tickets. */
  readonly applies: boolean;
  readonly ticket_ids: readonly string[];
}

export interface MonthFacts {
  readonly due: number;
  readonly held: number;
  readonly waiting: number;
  readonly base: number;
  readonly on_time: number;
  readonly late: number;
  readonly rate_permille: number | null;
  readonly overdue_open: number;
  readonly overdue_long: number;
  readonly hollow: number;
  readonly not_the_repair: number;
  readonly self_found: number;
}

/** The figures of a month that are numbers of tickets. */
export type FactName = Exclude<keyof MonthFacts, 'rate_permille'>;

/** A number that opens its rows. */
export type Figure = FactName | 'handled' | 'slow' | 'hollow_times' | 'reissued' | 'reminders' | 'relapse' | 'send_back_denied';

export type Why = 'held' | 'waiting' | 'on_time' | 'late' | 'overdue' | 'overdue_long' | 'self_found' | 'not_accepted' | 'accepted_late' | 'past_due' | 'control_not_reported' | 'control_late' | 'hollow' | 'not_the_repair' | 'reissued' | 'reminded' | 'relapse' | 'send_back_denied' | 'had_open' | 'had_closed';

/** A ticket behind a number, and the event that made it count. */
export interface MonthRow {
  readonly ticket_id: string;
  readonly number: string;
  readonly why: Why;
  /** The event's version in the ticket's history. */
  readonly event: number;
  readonly at: string;
  readonly by?: string | null;
}

export interface MonthRows {
  readonly as_of: string;
  readonly count: number;
  /** As they were kept with the month; else as they are known now. */
  readonly kept: boolean;
  readonly items: readonly MonthRow[];
  readonly next: string | null;
}

export interface Reasoning {
  readonly colour: Colour;
  readonly by_rules: Colour;
  readonly former: Colour | null;
  readonly as_of: string;
  readonly facts: MonthFacts;
  readonly rules: readonly RuleResult[];
  /** Ticket id → its number, of every ticket that is named. */
  readonly tickets: Readonly<Record<string, string | null>>;
}

export type CounterName = 'slow' | 'hollow' | 'reissued' | 'reminders' | 'relapse' | 'send_back_denied';

export interface Counter {
  readonly count: number;
  readonly rate_permille: number | null;
  readonly ticket_ids: readonly string[];
}
export type Counters = Readonly<Record<CounterName, Counter>>;

/** A month's counters with how many tickets the township had in it. */
export interface Shares {
  readonly tickets: number;
  readonly counters: Counters;
}

export interface TownshipCounters {
  readonly township_id: string;
  readonly township_name: string;
  readonly tickets: number;
  readonly counters: Counters;
}

/** `GET /figures/counters`: a township reads its own row and the county's middle, never another township's. */
export interface CountersPage {
  readonly as_of: string;
  readonly month: string;
  readonly townships: readonly TownshipCounters[];
  readonly median: Readonly<Partial<Record<CounterName, number | null>>>;
  readonly median_as_of: string;
}

/** One township in one month, as far as the reader may know. */
export interface ColourRow {
  readonly id: string;
  readonly month: string;
  readonly township_id: string;
  readonly township_name: string;
  readonly proposal: Colour | null;
  readonly proposed_at: string | null;
  readonly colour: Colour | null;
  readonly reason: string;
  readonly confirmed_by_name: string | null;
  readonly confirmed_at: string | null;
  readonly published_at: string | null;
  readonly published_by_name: string | null;
  readonly after_appeal: Colour | null;
  readonly standing: Colour;
  readonly appeal: 'open' | 'upheld' | 'changed' | null;
  readonly appeal_until: string | null;
  readonly plan_due: string | null;
  readonly planned: boolean;
  readonly version: number;
}

export type ColourStep = 'confirm' | 'appeal' | 'decide' | 'plan';

export interface Appeal {
  readonly id: string;
  readonly reason: string;
  readonly ticket_ids: readonly string[];
  readonly made_by_name: string | null;
  readonly made_at: string;
  readonly state: 'open' | 'upheld' | 'changed';
  readonly decided_by_name: string | null;
  readonly decided_at: string | null;
  readonly note: string;
  readonly colour: Colour | null;
}

export interface ColourDetail extends ColourRow {
  readonly reasoning: Reasoning;
  /** Fixed together with the reasons. */
  readonly counters: Shares | null;
  /** What it would be with what is known now; published months only. */
  readonly today: Reasoning | null;
  readonly appeal_record: Appeal | null;
  /** Newest first. */
  readonly plans: readonly { readonly text: string; readonly made_by_name: string | null; readonly made_at: string }[];
  readonly proposes_talk: boolean;
  readonly may: readonly ColourStep[];
}

export interface Rows<Row> {
  readonly as_of: string;
  readonly items: readonly Row[];
}

/** What a month would be so far. */
export interface Preview {
  readonly township_id: string;
  readonly township_name: string;
  readonly reasoning: Reasoning;
  readonly counters?: Shares | null;
}

export interface Leader {
  readonly post_id: string;
  readonly person_name: string | null;
  readonly townships: readonly { readonly id: string; readonly name: string; readonly since: string }[];
  readonly former: readonly { readonly id: string; readonly name: string; readonly since: string; readonly until: string }[];
}

/** What was brought to a county leader; whether it was read is nobody's business. */
export interface Copy {
  readonly id: string;
  readonly what: 'red' | 'escalation';
  readonly township_id: string;
  readonly township_name: string;
  readonly object_id: string;
  readonly month: string | null;
  readonly ticket_id: string | null;
  readonly delivered_at: string;
  readonly leader_name: string | null;
}

export type TalkKind = 'talk' | 'referral';

export interface Talk {
  readonly id: string;
  readonly kind: TalkKind;
  readonly township_id: string;
  readonly township_name: string;
  readonly held_on: string;
  readonly participants: string;
  readonly subject: string;
  readonly agreed: string;
  readonly colour_ids: readonly string[];
  readonly ticket_ids: readonly string[];
  readonly made_by_name: string | null;
  readonly made_at: string;
  readonly corrects_id: string | null;
  readonly corrected_by_id: string | null;
}
