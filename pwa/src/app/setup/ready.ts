// What a county still lacks before somebody can make the first visit, in the order in which it is built. Only what the system needs to work: nothing
// about who has signed in.
import { SHEETS, type ImportSheet, type ImportView } from '@/api/imports';
import type { PersonRow } from '@/api/types';
import { counts } from './preview';

export const STEPS = ['county', 'divisions', 'checklists', 'sites', 'people'] as const;
export type StepId = (typeof STEPS)[number];

export const LINES = ['county', 'townships', 'outlines', 'checklists', 'sites', 'office', 'inspectors', 'desks', 'codes'] as const;
export type LineId = (typeof LINES)[number];
/** `advice` is good to have: work can begin without it. */
export type Standing = 'done' | 'missing' | 'advice';

export interface Line {
  readonly id: LineId;
  readonly standing: Standing;
  /** What is there, or what is left to do. */
  readonly count: number;
  /** At least so many. */
  readonly more?: boolean;
}

/** Rows that the register holds; `more` where they were not counted to their end. */
export interface Seen {
  readonly rows: number;
  readonly more: boolean;
}

export interface Facts {
  /** Rows of the register: counted where one may read it, else those that were taken over and are not undone. */
  readonly taken: Readonly<Record<ImportSheet, number>>;
  /** Of these there are more. */
  readonly more: readonly ImportSheet[];
  readonly office: number;
  readonly inspectors: number;
  /** Townships with somebody at the desk, or a deputy. */
  readonly desks: number;
  readonly people: number;
  readonly withoutPassword: number;
}

/** Rows of a sheet that the register holds by imports: a file that was taken over twice counts once. */
export function taken(imports: readonly ImportView[], sheet: ImportSheet): number {
  const applied = imports.filter(({ state }) => state === 'applied').map((one) => counts(one, sheet));
  const created = applied.reduce((sum, one) => sum + one.created, 0);
  return applied.reduce((most, one) => Math.max(most, one.rows - one.refused), created);
}

export function factsOf(imports: readonly ImportView[], people: readonly PersonRow[], now: number, seen: Readonly<Partial<Record<ImportSheet, Seen>>> = {}): Facts {
  const sheet = (name: ImportSheet): number => seen[name]?.rows ?? taken(imports, name);
  const posts = people.filter(({ status }) => status !== 'suspended').flatMap((person) => person.posts.filter((post) => post.valid_to === null || Date.parse(post.valid_to) > now));
  const held = (...roles: readonly string[]): readonly string[] => posts.filter(({ role }) => roles.includes(role)).map(({ unit_id }) => unit_id);
  return {
    taken: { county: sheet('county'), divisions: sheet('divisions'), outlines: sheet('outlines'), sites: sheet('sites'), people: sheet('people'), checklists: sheet('checklists') },
    more: SHEETS.filter((name) => seen[name]?.more === true),
    office: held('office').length,
    inspectors: held('inspector').length,
    desks: new Set(held('desk_officer', 'deputy_leader')).size,
    people: people.filter((person) => person.posts.some(({ role }) => role !== 'platform_admin')).length,
    withoutPassword: people.filter((person) => person.has_password === false).length,
  };
}

export function lines(facts: Facts): readonly Line[] {
  const { taken } = facts;
  const need = (id: LineId, count: number): Line => ({ id, count, standing: count > 0 ? 'done' : 'missing' });
  const wish = (id: LineId, count: number): Line => ({ id, count, standing: count > 0 ? 'done' : 'advice' });
  return [
    need('county', Math.max(taken.county, taken.divisions > 0 ? 1 : 0)),
    { ...need('townships', taken.divisions), more: facts.more.includes('divisions') },
    wish('outlines', taken.outlines),
    need('checklists', taken.checklists),
    { ...need('sites', taken.sites), more: facts.more.includes('sites') },
    need('office', facts.office),
    need('inspectors', facts.inspectors),
    wish('desks', facts.desks),
    { id: 'codes', count: facts.withoutPassword, standing: facts.people === 0 ? 'missing' : facts.withoutPassword > 0 ? 'advice' : 'done' },
  ];
}

export const isReady = (all: readonly Line[]): boolean => all.every(({ standing }) => standing !== 'missing');

const STEP_OF: Readonly<Record<LineId, StepId>> = { county: 'county', townships: 'divisions', outlines: 'divisions', checklists: 'checklists', sites: 'sites', office: 'people', inspectors: 'people', desks: 'people', codes: 'people' };
export const stepOf = (line: LineId): StepId => STEP_OF[line];

/** The first step that is not done; null when all are. */
export function nextStep(all: readonly Line[]): StepId | null {
  const missing = all.find(({ standing }) => standing === 'missing');
  return missing ? STEP_OF[missing.id] : null;
}

export const stepDone = (all: readonly Line[], step: StepId): boolean => all.filter((line) => STEP_OF[line.id] === step && line.standing === 'missing').length === 0;
