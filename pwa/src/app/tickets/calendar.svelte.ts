// The county's days off, fetched once and shared by every deadline on screen; the present moment, renewed each minute.
import type { Exceptions } from './workdays';
import { core } from '../shell/core.svelte';

interface Calendar {
  readonly days?: readonly { readonly day: string; readonly is_off: boolean }[];
}

let exceptions = $state.raw<Exceptions>(new Map());
let now = $state(Date.now());
let asked = false;

async function fetchYears(): Promise<void> {
  const year = new Date().getFullYear();
  const found = new Map<string, boolean>();
  for (const y of [year - 1, year, year + 1]) {
    const result = await core().api.get<Calendar>(`/calendar/${y}`);
    if (result.kind !== 'ok') continue;
    for (const { day, is_off } of result.data.days ?? []) found.set(day, is_off);
  }
  if (found.size > 0) exceptions = found;
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
