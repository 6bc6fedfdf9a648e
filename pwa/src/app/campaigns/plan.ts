// Milestones while a project is edited; a change of what stood there needs a reason, a new one does not.
import type { Milestone } from '@/api/campaigns';

export interface Plan {
  id: string;
  name: string;
  day: string;
  /** Stays as it is. */
  done: boolean;
}

export const planned = (milestones: readonly Milestone[]): Plan[] => milestones.map(({ id, name, day, done_on }) => ({ id, name, day, done: done_on !== null }));

/** A milestone that existed has another name or day, or is gone. */
export const planChanged = (before: readonly Plan[], now: readonly Plan[]): boolean =>
  before.some((one) => {
    const same = now.find((other) => other.id === one.id);
    return !same || same.name.trim() !== one.name || same.day !== one.day;
  });
