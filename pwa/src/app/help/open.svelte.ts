// Whether help is open, and about what: the button stands in every screen's bar, the page of help comes when it is asked for.
const state = $state<{ at: 'here' | 'keys' | null }>({ at: null });

export const helpAt = (): 'here' | 'keys' | null => state.at;

export function askHelp(at: 'here' | 'keys' | null): void {
  state.at = at;
}
