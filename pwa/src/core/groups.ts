// Where one stands: the groups of a checklist in walking order, and the instances (stalls, rooms) of those that repeat. Pure functions.
// An instance exists when any answer names it; a repeat group without one is said to be absent by answers that name none.
import type { AnswerPayload } from './payloads';
import type { Checklist, ChecklistGroup, ChecklistItem } from './rows';

/** Longest name of an instance, in characters. */
export const INSTANCE_MAX = 40;
/** Most instances of one group where the checklist names no other number. */
export const INSTANCES_MAX = 60;

export type RepeatGroup = ChecklistGroup & Required<Pick<ChecklistGroup, 'repeat'>>;

export function isRepeat(group: ChecklistGroup | null | undefined): group is RepeatGroup {
  return group?.repeat !== undefined;
}

/** Item code → the repeat group it belongs to. */
export function repeatGroups(body: Checklist['body']): ReadonlyMap<string, RepeatGroup> {
  const groups = new Map((body.groups ?? []).filter(isRepeat).map((group) => [group.key, group]));
  const found = new Map<string, RepeatGroup>();
  for (const { code, group } of body.items) {
    const repeat = group === undefined ? undefined : groups.get(group);
    if (repeat) found.set(code, repeat);
  }
  return found;
}

/** Instances that the answers name, in the order in which they were begun. */
export function instancesOf(codes: ReadonlySet<string>, answers: readonly AnswerPayload[]): readonly string[] {
  const named = new Set<string>();
  for (const { item, instance_key } of answers) if (instance_key !== '' && codes.has(item)) named.add(instance_key);
  return [...named];
}

/** What a person typed, as the name of an instance; null when it is none. */
export function instanceName(typed: string): string | null {
  const name = typed.trim().replace(/\s+/g, ' ');
  return name === '' || [...name].length > INSTANCE_MAX ? null : name;
}

/** The number after the highest: "3" after "1", "2" and "门口那家". A removed one is not given again by itself. */
export function nextNumber(taken: readonly string[]): string {
  return String(1 + Math.max(0, ...taken.filter((name) => /^\d{1,9}$/.test(name)).map(Number)));
}

export const mostInstances = (group: RepeatGroup): number => Math.min(group.repeat.max ?? INSTANCES_MAX, INSTANCES_MAX);

/** One stretch of looking as a screen shows it. `group` null = the list names none here, so a few items in a row make one. */
export interface Stretch {
  readonly key: string;
  readonly group: ChecklistGroup | null;
  /** Number of its first item, counted over the whole list. */
  readonly from: number;
  readonly items: readonly ChecklistItem[];
}

/** Items of one stretch where the checklist names no groups. */
const CHUNK = 5;

/** The items in walking order: the list's groups first, then what has none, a few at a time. The same for every state of the answers. */
export function stretches({ groups = [], items }: Checklist['body']): readonly Stretch[] {
  const found: Stretch[] = [];
  let from = 1;
  const add = (key: string, group: ChecklistGroup | null, own: readonly ChecklistItem[]): void => {
    if (own.length === 0) return;
    found.push({ key, group, from, items: own });
    from += own.length;
  };
  for (const group of groups) add(group.key, group, items.filter((item) => item.group === group.key));
  const known = new Set(groups.map((group) => group.key));
  const rest = items.filter((item) => item.group === undefined || !known.has(item.group));
  for (let at = 0; at < rest.length; at += CHUNK) add(`items-${rest[at]?.code}`, null, rest.slice(at, at + CHUNK));
  return found;
}
