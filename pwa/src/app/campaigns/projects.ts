// Building projects in the order in which somebody has to look at them: what is late, what goes on, what has ended.
import type { Milestone, Project } from '@/api/campaigns';

const byDay = (a: Milestone, b: Milestone): number => a.day.localeCompare(b.day);

/** Milestones whose day has passed, the longest ago first; of what has ended nothing is late. */
export const lateOf = (project: Pick<Project, 'state' | 'milestones'>): readonly Milestone[] => (project.state === 'open' ? project.milestones.filter((one) => one.late).sort(byDay) : []);

/** What is to be done next and is not late. */
export const nextOf = (project: Pick<Project, 'state' | 'milestones'>): Milestone | null => (project.state === 'open' ? (project.milestones.filter((one) => one.done_on === null && !one.late).sort(byDay)[0] ?? null) : null);

export interface Groups {
  readonly late: readonly Project[];
  readonly open: readonly Project[];
  readonly ended: readonly Project[];
}

/** Each project once, however many answers it came in; those that have ended keep the county's order, newest first. */
export function groupsOf(rows: readonly Project[]): Groups {
  const all = [...new Map(rows.map((one) => [one.id, one])).values()];
  const first = (milestone: Milestone | null | undefined): string => milestone?.day ?? '9';
  const going = all.filter((one) => one.state === 'open');
  return {
    late: going.filter((one) => lateOf(one).length > 0).sort((a, b) => first(lateOf(a)[0]).localeCompare(first(lateOf(b)[0]))),
    open: going.filter((one) => lateOf(one).length === 0).sort((a, b) => first(nextOf(a)).localeCompare(first(nextOf(b)))),
    ended: all.filter((one) => one.state !== 'open'),
  };
}
