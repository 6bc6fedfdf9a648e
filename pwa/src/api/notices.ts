// Answers of the inbox, the channels and the push switch (closed unions by hand; rows as the server's OpenAPI document has them).
import type { TicketState } from '../core/rows';

/** Every kind of notice; a kind that this app does not know yet is shown by its ticket alone. */
export const NOTICE_KINDS = [
  'reminded',
  'escalated',
  'control_overdue',
  'overdue',
  'returned',
  'relapse',
  'due_soon',
  'monthly_date',
  'issued',
  'changed',
  'resumed',
  'draft_waiting',
  'colour_published',
  'leave_ended',
  'plan_late',
  'campaign_started',
  'campaign_ended',
  'honour_recheck',
  'liaison_gap',
  'request_waiting',
  'to_verify',
  'hard_case',
  'hard_answered',
  'unit_gap',
  'backup_failed',
  'request_decided',
  'passed',
  'voided',
  'appeal_decided',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export const NOTICE_GROUPS = ['mine', 'office', 'done'] as const;
export type NoticeGroup = (typeof NOTICE_GROUPS)[number];

export interface NoticeUnit {
  readonly kind: 'county' | 'township' | 'village' | 'department';
  readonly id: string;
  readonly name: string;
}

export interface Notice {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly group: NoticeGroup;
  readonly urgent: boolean;
  readonly at: string;
  readonly seen: boolean;
  readonly unit: NoticeUnit;
  readonly duty: string;
  readonly ticket: NoticeTicket | null;
  readonly data: Readonly<Record<string, unknown>> | null;
}

export interface NoticeTicket {
  readonly id: string;
  readonly number: string | null;
  readonly title: string;
  readonly state: TicketState;
  readonly due_at: string | null;
  readonly overdue: boolean;
}

export interface NoticeCounts {
  readonly as_of: string;
  readonly unseen: number;
  readonly urgent: number;
  readonly groups: readonly { readonly group: NoticeGroup; readonly unseen: number }[];
  readonly other_posts: readonly { readonly post_id: string; readonly unseen: number }[];
}

export interface DigestLine {
  readonly kind: NoticeKind;
  readonly group: NoticeGroup;
  readonly urgent: boolean;
  /** Different tickets; a notice of no ticket counts one. */
  readonly tickets: number;
  readonly unseen: number;
  readonly latest_at: string;
}

/** Worked out from the tickets of the moment, never from notices. */
export interface NowCounts {
  readonly to_accept: number;
  readonly in_progress: number;
  readonly due_soon: number;
  readonly overdue: number;
  readonly returned: number;
  readonly submitted: number;
  readonly on_hold: number;
  readonly requests: number;
  readonly to_issue: number;
  readonly to_verify: number;
}

export interface Digest {
  readonly as_of: string;
  readonly unit: NoticeUnit;
  readonly lines: readonly DigestLine[];
  readonly now: NowCounts;
}

/** Words for a chat group: counts and a link. */
export interface DigestText {
  readonly as_of: string;
  readonly unit: NoticeUnit;
  readonly counts: NowCounts;
  readonly zh: string;
  readonly en: string;
  /** Null when the operator named no public address. */
  readonly link: string | null;
}

// ---------------------------------------------------------------- the office's channels

export const CHANNEL_KINDS = ['wecom', 'dingtalk', 'feishu', 'email'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

export interface Reason {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

export interface Channel {
  readonly id: string;
  readonly kind: ChannelKind;
  readonly name: string;
  readonly unit: NoticeUnit;
  /** Enough to know it again; the address itself is never told. */
  readonly mask: string;
  readonly signed: boolean;
  readonly paused: boolean;
  readonly version: number;
  readonly created_at: string;
  readonly created_by_name: string | null;
  readonly queued: number;
  readonly last_sent_at: string | null;
  /** Of what was tried since the last one that went well. */
  readonly last_failure: (Reason & { readonly at: string | null }) | null;
}

export const MESSAGE_STATES = ['queued', 'sending', 'sent', 'failed', 'given_up'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

export interface Message {
  readonly id: string;
  readonly channel_id: string | null;
  readonly channel_name: string | null;
  readonly kind: 'digest' | 'urgent' | 'test' | 'push';
  readonly state: MessageState;
  readonly text: string;
  readonly attempts: number;
  readonly created_at: string;
  readonly not_before: string | null;
  readonly sent_at: string | null;
  readonly reason: Reason | null;
}

export interface MailServer {
  readonly version: number;
  readonly host: string;
  readonly port: number;
  readonly security: 'tls' | 'starttls';
  readonly user: string;
  readonly has_password: boolean;
  readonly from: string;
  readonly from_name: string;
}

export interface PushOffer {
  readonly public_key: string;
  /** Devices of this person that have it switched on. */
  readonly on: number;
}

/** Section `notices` of the county's settings. */
export interface NoticeSettings {
  readonly due_days: readonly number[];
  readonly monthly_dates: readonly number[];
  readonly day_at: string;
  readonly digest_at: string;
  readonly digest_on_days_off: boolean;
  readonly quiet_from: string;
  readonly quiet_to: string;
  readonly urgent_in_quiet: boolean;
  readonly urgent_kinds: readonly NoticeKind[];
  readonly keep_days: number;
  readonly digest_template: string;
  /** Of the office's own group. */
  readonly office_template: string;
  readonly urgent_template: string;
  readonly mail_subject: string;
}

/** What a template may name; the server refuses everything else. */
export const PLACEHOLDERS = [
  'county',
  'unit',
  'date',
  'to_accept',
  'in_progress',
  'due_soon',
  'overdue',
  'returned',
  'submitted',
  'on_hold',
  'requests',
  'to_issue',
  'to_verify',
  'total',
  'urgent',
  'link',
] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];
