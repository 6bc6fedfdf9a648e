// The settings document as a form: every leaf as text, with its default beside it.
import type { CountySettings } from '@/api/types';
import type { Severity } from '@/core';
import { ticketWords } from '@/i18n/ticket-words';

export const FIELDS = {
  deadlines: ['working_hours', 'same_day_hours', 'accept_days', 'lead_days', 'rework_days', 'due_soon_days', 'due_soon_percent', 'relapse_static_days', 'relapse_dynamic_days'],
  field: ['far_from_site_m', 'border_accuracy_m', 'correction_hours', 'photo_waiver_days'],
  evidence: ['same_bits', 'look_bits', 'near_m', 'coarse_m', 'old_hours', 'speed_kmh', 'clock_minutes'],
  scoring: ['gate_permille'],
  // Colours and time.
  colours: ['overdue_days', 'rework', 'accepted_late', 'reissued', 'hollow', 'small_base', 'on_time_permille', 'late_count', 'overdue_yellow', 'overdue_red', 'long_days', 'hollow_yellow', 'hollow_red', 'appeal_days', 'plan_days'],
  words: ['inspector_zh', 'inspector_en'],
  // Checks and look-back.
  checks: ['on_site', 'check_days', 'signed_sheet_days', 'look_back_percent', 'look_back_flagged_percent', 'look_back_flagged_days'],
  duties: ['no_progress_days', 'self_check_day', 'ending_days', 'delegation_days', 'substitute_days', 'escalate_deputy_days', 'escalate_leader_days', 'escalate_county_days', 'village_link_hours', 'village_link_photos', 'referral_days'],
  // Backups.
  care: ['backup_at', 'keep_backups'],
} as const;
export type Group = keyof typeof FIELDS;
export type Leaf = (typeof FIELDS)[Group][number];
export const GROUPS = Object.keys(FIELDS) as readonly Group[];
const LEAVES = GROUPS.flatMap((group) => FIELDS[group].map((leaf) => ({ group, leaf: leaf as Leaf })));
export type Form = Record<Leaf, string>;

const TEXTS: ReadonlySet<Leaf> = new Set<Leaf>(['inspector_zh', 'inspector_en', 'backup_at']);
export const isText = (leaf: Leaf): boolean => TEXTS.has(leaf) || leaf === 'working_hours' || leaf === 'on_site';

const SEVERITIES: readonly Severity[] = ['critical', 'major', 'minor'];
/** In either language's words, or as the wire has it. */
const severityOf = (word: string): string => SEVERITIES.find((one) => one === word.toLowerCase() || ticketWords().severity[one].toLowerCase() === word.toLowerCase()) ?? word;

/** Scores are points, shares are percent, with one decimal for people, thousandths on the wire. */
const THOUSANDTHS: ReadonlySet<Leaf> = new Set<Leaf>(['gate_permille', 'on_time_permille']);

function shown(leaf: Leaf, value: unknown): string {
  if (value === undefined) return '';
  if (leaf === 'working_hours') return (value as CountySettings['deadlines']['working_hours']).map(({ from, to }) => `${from}-${to}`).join(' ');
  if (THOUSANDTHS.has(leaf)) return String((value as number) / 10);
  if (leaf === 'on_site') return (value as readonly Severity[]).map((one) => ticketWords().severity[one] ?? one).join(' ');
  return String(value);
}

function read(leaf: Leaf, text: string): unknown {
  if (TEXTS.has(leaf)) return text.trim();
  if (leaf === 'working_hours') {
    const spans = text.trim().split(/[\s，,、；;]+/).filter(Boolean);
    return spans.map((span) => {
      const [from = '', to = ''] = span.split(/[-–—~～至到]+/);
      return { from: from.trim().replace('：', ':'), to: to.trim().replace('：', ':') };
    });
  }
  if (leaf === 'on_site') return text.trim().split(/[\s，,、；;]+/).filter(Boolean).map(severityOf);
  const number = Number(text);
  // What is no number is refused by the server, by the name of its field.
  if (text.trim() === '' || !Number.isFinite(number)) return -1;
  return THOUSANDTHS.has(leaf) ? Math.round(number * 10) : number;
}

export function toForm(settings: CountySettings): Form {
  const groups = settings as unknown as Partial<Record<Group, Record<string, unknown>>>;
  return Object.fromEntries(LEAVES.map(({ group, leaf }) => [leaf, groups[group]?.[leaf] === undefined ? '' : shown(leaf, groups[group]?.[leaf] ?? '')])) as Form;
}

/** What the form does not show (the weights of single flags, what a newer server knows) stays as `seen` has it. */
export function fromForm(form: Form, seen: CountySettings): CountySettings {
  const made: Record<string, unknown> = { ...seen };
  const known = seen as unknown as Partial<Record<Group, Record<string, unknown>>>;
  // A section that the server does not know yet is not sent to it.
  for (const group of GROUPS) if (known[group]) made[group] = { ...known[group], ...Object.fromEntries(FIELDS[group].map((leaf) => [leaf, read(leaf, form[leaf])])) };
  return made as unknown as CountySettings;
}

/** Keys in one order, so that two documents can be compared. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
};

/** True when two documents say the same, also where the form shows nothing of it. */
export const isSame = (a: CountySettings, b: CountySettings): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** What a version changed against the one before it. */
export function changes(before: CountySettings, after: CountySettings): readonly { readonly leaf: Leaf; readonly from: string; readonly to: string }[] {
  const [a, b] = [toForm(before), toForm(after)];
  return LEAVES.filter(({ leaf }) => a[leaf] !== b[leaf]).map(({ leaf }) => ({ leaf, from: a[leaf], to: b[leaf] }));
}

/** A setting of another page, by where it stands in the document. */
export interface OtherChange {
  readonly path: readonly string[];
  readonly from: unknown;
  readonly to: unknown;
}

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

function differences(a: unknown, b: unknown, path: readonly string[]): readonly OtherChange[] {
  if (isNode(a) && isNode(b)) return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((name) => differences(a[name], b[name], [...path, name]));
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)) ? [] : [{ path, from: a, to: b }];
}

/** What a version changed that this form does not show: it is part of the version, and going back brings it back too. */
export function otherChanges(before: CountySettings, after: CountySettings): readonly OtherChange[] {
  const own = new Set(LEAVES.map(({ group, leaf }) => `${group}.${leaf}`));
  const [a, b] = [before as unknown as Node, after as unknown as Node];
  // A version of before a section knew nothing of it.
  return Object.keys(b)
    .filter((group) => group in a)
    .flatMap((group) => differences(a[group], b[group], [group]))
    .filter(({ path }) => !own.has(path.slice(0, 2).join('.')));
}
