// Units that cannot begin yet, as the board shows them: by township, its own lack first and its villages folded below. Counts are of units.
import type { UnreadyUnit } from '@/api/duties';

export type Lack = UnreadyUnit['lacking'][number]['kind'];
export const LACKS: readonly Lack[] = ['no_holder', 'no_pair', 'no_password'];

export interface TownshipLack {
  readonly id: string;
  readonly name: string;
  /** The township itself, where it lacks something. */
  readonly own: UnreadyUnit | null;
  readonly villages: readonly UnreadyUnit[];
}

export const lacks = (unit: UnreadyUnit, kind: Lack): boolean => unit.lacking.some((one) => one.kind === kind);

/** What is left of the board: units that lack this, in this township or with this in their name. */
export function narrowed(units: readonly UnreadyUnit[], kind: Lack | null, words: string): readonly UnreadyUnit[] {
  const text = words.trim().toLowerCase();
  const named = (name: string | null): boolean => name !== null && name.toLowerCase().includes(text);
  return units.filter((unit) => (kind === null || lacks(unit, kind)) && (text === '' || named(unit.unit_name) || named(unit.township_name)));
}

/** In the order of the register, never by how much is missing. */
export function byTownship(units: readonly UnreadyUnit[]): readonly TownshipLack[] {
  const groups = new Map<string, { id: string; name: string; own: UnreadyUnit | null; villages: UnreadyUnit[] }>();
  for (const unit of units) {
    if (unit.township_id === null) continue;
    const group = groups.get(unit.township_id) ?? { id: unit.township_id, name: unit.township_name ?? unit.unit_name, own: null, villages: [] };
    groups.set(unit.township_id, group);
    if (unit.unit_kind === 'township') group.own = unit;
    else group.villages.push(unit);
  }
  return [...groups.values()];
}

/** How many units of each kind lack something. */
export function counted(units: readonly UnreadyUnit[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const unit of units) counts.set(unit.unit_kind, (counts.get(unit.unit_kind) ?? 0) + 1);
  return counts;
}
