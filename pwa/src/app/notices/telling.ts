// One notice as a line to read: what it is about, what it says, how it looks, where it leads. Pure; a test names every kind in both languages.
import type { DigestLine, Notice, NoticeKind, NowCounts } from '@/api/notices';
import type { Role } from '@/core';
import { day, time } from '@/i18n/format';
import { notices } from '@/i18n/notices';
import type { IconName, Tone } from '@/ui/icons';

const LOOK: Readonly<Record<NoticeKind, readonly [Tone, IconName]>> = {
  reminded: ['fail', 'bell'],
  escalated: ['fail', 'flag'],
  control_overdue: ['fail', 'clock'],
  overdue: ['fail', 'clock'],
  returned: ['fail', 'undo'],
  relapse: ['fail', 'undo'],
  due_soon: ['warn', 'clock'],
  monthly_date: ['warn', 'clock'],
  issued: ['info', 'send'],
  changed: ['info', 'note'],
  resumed: ['info', 'play'],
  draft_waiting: ['info', 'photo'],
  colour_published: ['info', 'flag'],
  leave_ended: ['warn', 'people'],
  plan_late: ['warn', 'clock'],
  campaign_started: ['info', 'flag'],
  campaign_ended: ['info', 'flag'],
  honour_recheck: ['warn', 'clock'],
  liaison_gap: ['warn', 'people'],
  appeal_decided: ['info', 'note'],
  request_waiting: ['warn', 'clock'],
  hard_answered: ['info', 'flag'],
  to_verify: ['info', 'search'],
  hard_case: ['warn', 'flag'],
  unit_gap: ['warn', 'people'],
  backup_failed: ['fail', 'flag'],
  request_decided: ['info', 'note'],
  passed: ['pass', 'check'],
  voided: ['muted', 'cross'],
};

/** A kind that a newer server has and this app has not. */
const UNKNOWN: readonly [Tone, IconName] = ['info', 'bell'];

export const lookOf = (kind: NoticeKind): readonly [Tone, IconName] => LOOK[kind] ?? UNKNOWN;
export const kindWord = (kind: NoticeKind): string => notices().kind[kind] ?? notices().other;

export interface Told {
  readonly title: string;
  readonly detail: string;
  /** Below `#`; null where there is nothing more to open. */
  readonly href: string | null;
}

type Data = Readonly<Record<string, unknown>>;
const text = (data: Data, key: string): string => (typeof data[key] === 'string' ? data[key] : '');
const count = (data: Data, key: string): number => (typeof data[key] === 'number' ? data[key] : 0);

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/** A deadline at 00:00 is the end of the day before; a plain date is itself. */
export function dayOfDeadline(at: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(at)) return day(`${at}T12:00:00+08:00`);
  const moment = Date.parse(at);
  if (Number.isNaN(moment)) return '';
  return day((moment + SHANGHAI_OFFSET_MS) % DAY_MS === 0 ? moment - 1 : moment);
}

/** What is due by the hour names it. */
function hourOfDeadline(at: string): string {
  const moment = Date.parse(at);
  return Number.isNaN(moment) ? '' : `${day(moment)} ${time(moment)}`;
}

function says(notice: Notice, role: Role): string {
  const t = notices().says;
  const data: Data = notice.data ?? {};
  const due = dayOfDeadline(text(data, 'due_at'));
  const till = (words: string): string => [words, due ? t.until(due) : ''].filter(Boolean).join(' · ');
  switch (notice.kind) {
    case 'issued':
      return till('');
    case 'due_soon':
      return text(data, 'official_due_at') ? t.due_soon_own(count(data, 'days'), due, dayOfDeadline(text(data, 'official_due_at'))) : t.due_soon(count(data, 'days'), due);
    case 'control_overdue':
      return t.control_overdue(hourOfDeadline(text(data, 'due_at')));
    case 'overdue':
      return due ? t.overdue(due) : '';
    case 'returned':
      return till(t.returned(notices().reason[text(data, 'reason')] ?? text(data, 'reason')));
    case 'relapse':
      return till(t.relapse);
    case 'changed':
      return till(text(data, 'campaign') ? t.campaign_joined(text(data, 'campaign')) : t.changed);
    case 'resumed':
      return till(t.resumed);
    case 'reminded':
      return t.reminded(count(data, 'no'), text(data, 'note'));
    case 'escalated':
      return t.escalated(count(data, 'days_overdue'));
    case 'request_decided': {
      const until = dayOfDeadline(text(data, 'day'));
      return [t.decided(text(data, 'what'), data['agreed'] === true), until ? t.decidedTill(until) : ''].filter(Boolean).join(' · ');
    }
    case 'request_waiting':
      return t.waiting(text(data, 'what'));
    case 'hard_case':
      return t.hard_case(text(data, 'ask'));
    case 'hard_answered':
      return [t.hard_answered(text(data, 'coordinator'), dayOfDeadline(text(data, 'day'))), text(data, 'note')].filter(Boolean).join(' · ');
    case 'monthly_date':
      return t.monthly_date_how;
    case 'leave_ended':
      // The deputy gives it; the desk can only wait for it.
      return role === 'deputy_leader' ? t.leave_anew(dayOfDeadline(text(data, 'to_day'))) : t.leave_wait;
    case 'colour_published':
      return text(data, 'plan_due') ? t.plan_due(dayOfDeadline(text(data, 'plan_due'))) : '';
    case 'plan_late':
      return t.plan_late_how(dayOfDeadline(text(data, 'plan_due')));
    case 'appeal_decided': {
      const plan = dayOfDeadline(text(data, 'plan_due'));
      return [t.appeal_how(data['changed'] === true, text(data, 'colour')), plan ? t.plan_due(plan) : ''].filter(Boolean).join(' · ');
    }
    case 'campaign_started':
      return t.campaign_how(count(data, 'tickets'), count(data, 'sooner'), dayOfDeadline(text(data, 'day')));
    case 'campaign_ended':
      return t.campaign_freed(count(data, 'tickets'), dayOfDeadline(text(data, 'day')));
    case 'honour_recheck':
      return t.recheck_how(count(data, 'days'), dayOfDeadline(text(data, 'day')));
    case 'liaison_gap':
      return t.liaison_how;
    case 'passed':
      return t.passed;
    case 'voided':
      return data['merged'] === true ? t.merged : t.voided;
    case 'to_verify':
    case 'draft_waiting':
      return t[notice.kind];
    default:
      return '';
  }
}

/** What a notice of no ticket is about. */
function about(notice: Notice): string {
  const t = notices().says;
  const data: Data = notice.data ?? {};
  switch (notice.kind) {
    case 'monthly_date':
      return t.monthly_date(dayOfDeadline(text(data, 'date')));
    case 'colour_published':
      return t.colour_published(text(data, 'month'), text(data, 'colour'));
    case 'plan_late':
    case 'appeal_decided':
      return t[notice.kind](text(data, 'month'));
    case 'campaign_started':
    case 'campaign_ended':
      return t[notice.kind](text(data, 'campaign'));
    case 'honour_recheck':
      return t.honour_recheck(text(data, 'place'), text(data, 'title'));
    case 'liaison_gap':
      return t.liaison_gap(text(data, 'place'));
    case 'unit_gap':
      return t.unit_gap(text(data, 'unit_name'));
    case 'leave_ended':
      return t.leave_ended(text(data, 'deputy_name'));
    case 'backup_failed':
      return t.backup_failed(text(data, 'problem'));
    default:
      return kindWord(notice.kind);
  }
}

/** Screens of other areas that a notice without a ticket leads to; a township has its own about people. */
function placeOf(notice: Notice, role: Role): string | null {
  switch (notice.kind) {
    case 'monthly_date':
      return '/';
    case 'colour_published':
    case 'plan_late':
    case 'appeal_decided':
      return '/colour';
    case 'leave_ended':
      return '/team';
    case 'unit_gap':
      return role === 'desk_officer' || role === 'deputy_leader' ? '/staff' : '/holders';
    case 'liaison_gap':
      return '/liaisons';
    case 'honour_recheck':
      return '/honours?recheck_due=true';
    case 'campaign_started':
    case 'campaign_ended': {
      const id = text(notice.data ?? {}, 'campaign_id');
      return id ? `/campaigns/${id}` : '/campaigns';
    }
    case 'backup_failed':
      return '/backups';
    default:
      return null;
  }
}

export function tell(notice: Notice, role: Role): Told {
  const { ticket } = notice;
  if (!ticket) return { title: about(notice), detail: says(notice, role), href: placeOf(notice, role) };
  return { title: ticket.title, detail: [ticket.number, says(notice, role)].filter(Boolean).join(' · '), href: role === 'inspector' ? `/ticket/${ticket.id}` : `/tickets/${ticket.id}` };
}

// ---------------------------------------------------------------- what waits now, and its rows

export interface NowItem {
  readonly name: keyof NowCounts;
  readonly count: number;
  readonly tone: Tone;
  readonly href: string;
}

const NOW_TONE: Readonly<Record<keyof NowCounts, Tone>> = {
  overdue: 'fail',
  returned: 'fail',
  due_soon: 'warn',
  to_accept: 'info',
  in_progress: 'info',
  requests: 'warn',
  to_issue: 'info',
  to_verify: 'info',
  submitted: 'plain',
  on_hold: 'plain',
};

const TOWNSHIP: readonly (readonly [keyof NowCounts, string])[] = [
  ['overdue', '/?tab=overdue'],
  ['returned', '/?tab=rework'],
  ['due_soon', '/?tab=due'],
  ['to_accept', '/?tab=issued'],
  ['in_progress', '/?tab=in_progress'],
  ['submitted', '/?tab=submitted'],
  ['on_hold', '/?tab=in_progress'],
];
const COUNTY: readonly (readonly [keyof NowCounts, string])[] = [
  ['to_issue', '/issue'],
  ['to_verify', '/verify'],
  ['requests', '/requests'],
  ['overdue', '/tickets?overdue=true'],
  ['returned', '/tickets?state=rework'],
  ['on_hold', '/tickets?state=on_hold'],
];
const READERS: readonly (readonly [keyof NowCounts, string])[] = [
  ['overdue', '/tickets?overdue=true'],
  ['returned', '/tickets?state=rework'],
  ['due_soon', '/tickets?due_soon=true'],
  ['to_accept', '/tickets?state=issued'],
  ['in_progress', '/tickets?state=in_progress'],
  ['submitted', '/tickets?state=submitted'],
  ['on_hold', '/tickets?state=on_hold'],
];
const LISTS: Readonly<Partial<Record<Role, readonly (readonly [keyof NowCounts, string])[]>>> = {
  office: COUNTY,
  department: READERS,
  county_leader: READERS,
  main_leader: TOWNSHIP,
  deputy_leader: TOWNSHIP,
  desk_officer: TOWNSHIP,
  village_cadre: TOWNSHIP,
};

/** What waits for this post, with the way to its rows; zeros are left out. */
export function nowItems(now: NowCounts, role: Role): readonly NowItem[] {
  return (LISTS[role] ?? []).filter(([name]) => now[name] > 0).map(([name, href]) => ({ name, count: now[name], tone: NOW_TONE[name], href }));
}

/** What a picture for the group of a unit shows, zeros too: a zero is good news. */
export function posterItems(now: NowCounts, county: boolean): readonly { readonly name: keyof NowCounts; readonly count: number; readonly tone: Tone }[] {
  const names: readonly (keyof NowCounts)[] = county
    ? ['to_issue', 'to_verify', 'requests', 'overdue', 'returned', 'on_hold']
    : ['to_accept', 'overdue', 'due_soon', 'returned', 'in_progress', 'submitted'];
  return names.map((name) => ({ name, count: now[name], tone: NOW_TONE[name] === 'plain' ? 'info' : NOW_TONE[name] }));
}

// ---------------------------------------------------------------- sorting

/** Rows under their local day, newest first as they come. */
export function byDay(rows: readonly Notice[]): readonly { readonly key: string; readonly rows: readonly Notice[] }[] {
  const days: { key: string; rows: Notice[] }[] = [];
  for (const row of rows) {
    const key = localDay(Date.parse(row.at));
    const last = days.at(-1);
    if (last?.key === key) last.rows.push(row);
    else days.push({ key, rows: [row] });
  }
  return days;
}

export const localDay = (at: number): string => new Date(at + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10);

export function dayWord(key: string, now: number): string {
  if (key === localDay(now)) return notices().list.today;
  if (key === localDay(now - DAY_MS)) return notices().list.yesterday;
  return day(`${key}T12:00:00+08:00`);
}

/** Urgent first, then by what to do first; results last. One line a kind, though a county that changed what is urgent tells it as two. */
export function inOrder(lines: readonly DigestLine[], order: readonly NoticeKind[]): readonly DigestLine[] {
  const kinds = [...new Set(lines.map((line) => line.kind))];
  const one = kinds.map((kind) => lines.filter((line) => line.kind === kind).reduce((a, b) => ({ ...a, urgent: a.urgent || b.urgent, tickets: a.tickets + b.tickets, unseen: a.unseen + b.unseen })));
  const place = (line: DigestLine): number => {
    const at = order.indexOf(line.kind);
    return at < 0 ? order.length : at;
  };
  return one.sort((a, b) => Number(b.urgent) - Number(a.urgent) || place(a) - place(b));
}
