// Whether the earlier photo lies over the viewfinder: one choice for the whole app, kept on this phone in a cookie that says nothing else.
const COOKIE = 'lalian_ghost';
const YEAR_S = 31_536_000;

let on = $state(!document.cookie.includes(`${COOKIE}=off`));

export const ghostOn = (): boolean => on;

export function switchGhost(): void {
  on = !on;
  document.cookie = `${COOKIE}=${on ? 'on' : 'off'}; Path=/; Max-Age=${YEAR_S}; SameSite=Strict`;
}
