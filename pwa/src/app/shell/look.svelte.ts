// How the screens look on this device: colours and size of text. Follows the system until somebody chooses; kept in a cookie, because it must
// be known before the local database is open, and by a page that has none.
export const LOOKS = ['system', 'light', 'dark', 'contrast'] as const;
export type Look = (typeof LOOKS)[number];
export const SIZES = ['normal', 'large', 'larger'] as const;
export type Size = (typeof SIZES)[number];
type Shown = 'light' | 'dark' | 'contrast' | 'contrast-dark';

const COOKIE = 'lalian_look';
const YEAR_S = 31_536_000;
const dark = matchMedia('(prefers-color-scheme: dark)');
const more = matchMedia('(prefers-contrast: more)');

const state = $state<{ look: Look; size: Size; shown: Shown }>({ look: 'system', size: 'normal', shown: 'light' });
export const look = (): Look => state.look;
export const size = (): Size => state.size;

export function restoreLook(): void {
  const kept = new RegExp(`(?:^|; )${COOKIE}=([a-z]+)-([a-z]+)`).exec(document.cookie);
  state.look = LOOKS.find((one) => one === kept?.[1]) ?? 'system';
  state.size = SIZES.find((one) => one === kept?.[2]) ?? 'normal';
  show();
  for (const query of [dark, more]) query.addEventListener('change', show);
}

export function chooseLook(next: { look?: Look; size?: Size }): void {
  Object.assign(state, next);
  document.cookie = `${COOKIE}=${state.look}-${state.size}; Path=/; Max-Age=${YEAR_S}; SameSite=Strict`;
  show();
}

function show(): void {
  const high = state.look === 'contrast' || (state.look === 'system' && more.matches);
  const night = state.look === 'dark' || (state.look !== 'light' && dark.matches);
  state.shown = high ? (night ? 'contrast-dark' : 'contrast') : night ? 'dark' : 'light';
  const root = document.documentElement;
  root.dataset['look'] = state.shown;
  root.dataset['text'] = state.size;
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', token('ground-strong'));
}

/** The value of a token as it looks now, for what is drawn and not styled; reading it follows a change. */
export function token(name: string): string {
  return state.shown && getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
