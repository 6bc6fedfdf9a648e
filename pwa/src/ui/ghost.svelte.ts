// Whether the earlier photo lies over the viewfinder: one choice for the whole app, kept on this phone.
const KEY = 'lalian_ghost';

function kept(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

let on = $state(kept());

export const ghostOn = (): boolean => on;

export function switchGhost(): void {
  on = !on;
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off');
  } catch {
    // Not kept: the choice holds until the page ends.
  }
}
