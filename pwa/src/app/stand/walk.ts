// How far the walk is and what is to do now, worked out from what the county says and what the panes say of themselves. The county cannot know
// what lies sealed on a phone without a network; the phone does.
import type { ChecklistItem } from '@/core';
import type { StepName, Walk, WalkTicket } from './door';
import type { PaneId } from './protocol';

export const STEPS: readonly StepName[] = ['drawn', 'visited', 'arrived', 'repaired', 'checked', 'zero'];

export type TaskName = 'draw' | 'unplug' | 'inspect' | 'plug' | 'arrive' | 'issue' | 'repair' | 'send_back' | 'pass' | 'look';

export interface Task {
  readonly name: TaskName;
  readonly done: boolean;
  /** Where it is done; null on the stand itself. */
  readonly pane: PaneId | null;
  /** The screen that "show me" opens; null where the switch or the stand is meant. */
  readonly route: string | null;
  readonly ticket: WalkTicket | null;
}

/** What only this page knows: of the inspector's phone, and that somebody has opened the board that fell. */
export interface Phone {
  readonly link: boolean;
  readonly waiting: number;
  readonly looked: boolean;
}

/** Two are walked with, whatever else was found. */
const WALKED = 2;
const HANDED_IN: readonly string[] = ['submitted', 'rework', 'closed', 'archived'];
const CLOSED: readonly string[] = ['closed', 'archived'];

const said = (walk: Walk | null, step: StepName): boolean => walk?.steps.find((one) => one.step === step)?.done ?? false;

/** Steps that are done: a later one that is done says so of all before it. */
export function done(walk: Walk | null, phone: Phone): readonly boolean[] {
  const sealed = walk !== null && phone.waiting > 0;
  const own = STEPS.map((step) => (said(walk, step) && (step !== 'zero' || phone.looked)) || (step === 'visited' && sealed) || (step === 'drawn' && walk !== null));
  return own.map((_, index) => own.slice(index).some(Boolean));
}

/** The step to do now; six when all are done. */
export function current(walk: Walk | null, phone: Phone): number {
  const open = done(walk, phone).indexOf(false);
  return open === -1 ? STEPS.length : open;
}

/** The tickets that the walk goes with: those the township can do something about first. */
export const walked = (walk: Walk | null): readonly WalkTicket[] => (walk?.tickets ?? []).filter((ticket) => ticket.state !== 'declined' && ticket.state !== 'void').slice(0, WALKED);

/** How high the board stood with what the walk found. */
export const height = (walk: Walk | null): number => (walk ? Math.max(walk.open_now, walk.open_before + walk.tickets.filter((ticket) => ticket.state !== 'pending').length) : 0);

export function tasks(step: StepName, walk: Walk | null, phone: Phone): readonly Task[] {
  const task = (name: TaskName, is: boolean, pane: PaneId | null, route: string | null = null, ticket: WalkTicket | null = null): Task => ({ name, done: is, pane, route, ticket });
  const at = done(walk, phone)[STEPS.indexOf(step)] ?? false;
  const pair = walked(walk);
  switch (step) {
    case 'drawn':
      return [task('draw', at, null)];
    case 'visited':
      return [task('unplug', at || !phone.link, 'inspector'), task('inspect', at, 'inspector', walk ? `/site/${walk.site.id}` : '/')];
    case 'arrived':
      return [task('plug', at || phone.link, 'inspector'), task('arrive', at, 'inspector', '/outbox')];
    case 'repaired': {
      const waits = pair.filter((ticket) => ticket.state === 'pending');
      const repairs = pair.map((ticket) => task('repair', at || HANDED_IN.includes(ticket.state), 'township', ticket.state === 'pending' ? null : `/tickets/${ticket.id}`, ticket));
      // Where the county looks before it issues, that comes first.
      return waits[0] ? [task('issue', false, 'office', `/tickets/${waits[0].id}`, waits[0]), ...repairs] : repairs;
    }
    case 'checked': {
      const back = pair.find((ticket) => ticket.state === 'rework');
      const passed = pair.find((ticket) => CLOSED.includes(ticket.state));
      const open = pair.filter((ticket) => ticket.state === 'submitted');
      const route = open[0] ? `/tickets/${open[0].id}` : '/verify';
      const other = open[1] ? `/tickets/${open[1].id}` : route;
      return [task('send_back', at || back !== undefined, 'office', back ? `/tickets/${back.id}` : route, back ?? open[0] ?? null), task('pass', at || passed !== undefined, 'office', passed ? `/tickets/${passed.id}` : back ? route : other, passed ?? (back ? open[0] : open[1]) ?? null)];
    }
    case 'zero':
      return [task('look', at, 'office', '/zero')];
  }
}

/** Where to look now: the pane of the first task that is not done. */
export function pointed(list: readonly Task[]): Task | null {
  return list.find((task) => !task.done) ?? null;
}

/** Two questions whose faults go the whole way: they make tickets, may be photographed and are checked at a desk. Side by side, if they can be. */
export function suggested(items: readonly ChecklistItem[]): readonly ChecklistItem[] {
  const fit = items.filter((item) => item.answer === 'pass_fail' && item.makes === 'ticket' && item.static === true && item.camera !== 'forbidden' && item.severity !== 'critical' && item.visible_if === undefined);
  const [first] = fit;
  if (!first) return [];
  const second = fit.find((item) => item !== first && item.group === first.group) ?? fit[1];
  return second ? [first, second] : [first];
}

/** The visit is here and fewer tickets than the walk needs: what failed only counts for the score. */
export const tooFew = (walk: Walk | null): boolean => walk !== null && said(walk, 'visited') && !said(walk, 'arrived') && walked(walk).length < WALKED;
