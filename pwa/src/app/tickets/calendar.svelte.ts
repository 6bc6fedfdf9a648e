// The county's days off, fetched once and shared by every deadline on screen; the present moment, renewed each minute.
import { asMap, type PlanDay, type Exceptions } from './workdays';
import { core } from '../shell/core.svelte';

interface Calendar {
  readonly days?: readonly PlanDay[];
}

let exceptions = $state.raw<Exceptions>(asMap([]));
let now = $state(Date.now());
let asked = false;

async function fetchYears(): Promise<void> {
  const year = new Date().getFullYear();
  const answers = await Promise.all([year - 1, year, year + 1].map((y) => core().api.get<Calendar>(`/calendar/${y}`)));
  const days = answers.flatMap((answer) => (answer.kind === 'ok' ? (answer.data.days ?? []) : []));
  if (days.length > 0) exceptions = asMap(days);
  else asked = false;
}

/** Call from a component's effect; cheap to call often. */
export function useCalendar(): void {
  if (asked) return;
  asked = true;
  setInterval(() => (now = Date.now()), 60_000);
  void fetchYears();
}

export const daysOff = (): Exceptions => exceptions;
export const present = (): number => now;
