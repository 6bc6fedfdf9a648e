// The section `notices` of the county's settings as a form, and what a template may say. Pure.
import { PLACEHOLDERS, type NoticeKind, type NoticeSettings } from '@/api/notices';

export const TEMPLATES = ['digest_template', 'office_template', 'urgent_template', 'mail_subject'] as const;
export type Template = (typeof TEMPLATES)[number];
export const LONGEST_TEMPLATE = 600;

/** What is typed is text; what is ticked is not. */
export interface RuleForm {
  readonly due_days: string;
  readonly monthly_dates: string;
  readonly day_at: string;
  readonly digest_at: string;
  readonly digest_on_days_off: boolean;
  readonly quiet_from: string;
  readonly quiet_to: string;
  readonly urgent_in_quiet: boolean;
  readonly urgent_kinds: readonly NoticeKind[];
  readonly keep_days: string;
  readonly digest_template: string;
  readonly office_template: string;
  readonly urgent_template: string;
  readonly mail_subject: string;
}

/** In the order of the form. */
const RULES: readonly (keyof RuleForm)[] = ['digest_at', 'day_at', 'digest_on_days_off', 'quiet_from', 'quiet_to', 'urgent_in_quiet', 'urgent_kinds', 'due_days', 'monthly_dates', 'keep_days', ...TEMPLATES];

/** What could sensibly be urgent; whatever else a county has ticked stays. */
export const MAYBE_URGENT: readonly NoticeKind[] = ['reminded', 'escalated', 'control_overdue', 'overdue', 'returned', 'relapse', 'issued', 'due_soon'];

const list = (numbers: readonly number[]): string => numbers.join(' ');

/** What is no whole number is refused by the server, by the name of its field. */
function numbers(text: string): readonly number[] {
  return text
    .split(/[\s,，、;；]+/)
    .filter(Boolean)
    .map((one) => (/^\d{1,4}$/.test(one) ? Number(one) : -1));
}

const clock = (text: string): string => text.trim().replace('：', ':');

export const toRules = (settings: NoticeSettings): RuleForm => ({
  ...settings,
  due_days: list(settings.due_days),
  monthly_dates: list(settings.monthly_dates),
  keep_days: String(settings.keep_days),
});

/** What this form does not know stays as it was seen. */
export const fromRules = (form: RuleForm, seen: NoticeSettings): NoticeSettings => ({
  ...seen,
  ...form,
  due_days: numbers(form.due_days),
  monthly_dates: numbers(form.monthly_dates),
  keep_days: numbers(form.keep_days)[0] ?? -1,
  day_at: clock(form.day_at),
  digest_at: clock(form.digest_at),
  quiet_from: clock(form.quiet_from),
  quiet_to: clock(form.quiet_to),
});

/** Names in braces that nothing stands behind. */
export function unknownNames(template: string): readonly string[] {
  const known: readonly string[] = PLACEHOLDERS;
  return [...new Set([...template.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name))].filter((name) => !known.includes(name));
}

/** Puts `{name}` where the cursor stands; gives back the text and where the cursor goes. */
export function insert(text: string, name: string, from: number, to: number): { readonly text: string; readonly at: number } {
  const piece = `{${name}}`;
  return { text: text.slice(0, from) + piece + text.slice(to), at: from + piece.length };
}

/** One a line, or separated in any usual way. */
export const addressesOf = (text: string): readonly string[] => text.split(/[\s,，、;；]+/).filter(Boolean);

const shown = (value: string | boolean | readonly string[]): string => (typeof value === 'string' ? value : typeof value === 'boolean' ? (value ? '✓' : '–') : value.join(' '));

/** What a version changed against the one before it, in the order of the form. */
export function ruleChanges(before: NoticeSettings, after: NoticeSettings): readonly { readonly name: keyof RuleForm; readonly from: string; readonly to: string }[] {
  const [a, b] = [toRules(before), toRules(after)];
  return RULES.map((name) => ({ name, from: shown(a[name]), to: shown(b[name]) })).filter(({ from, to }) => from !== to);
}
