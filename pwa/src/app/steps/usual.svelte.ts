// How many working days a department usually gets: the county's setting, fetched once where it is asked for. Without an answer the server fills it in.
import type { SettingsView } from '@/api/types';
import { core } from '../shell/core.svelte';

let days = $state<number | null>(null);
let asked = false;

export const referralDays = (): number | null => days;

/** Call from a component's effect. */
export function useReferralDays(): void {
  if (asked) return;
  asked = true;
  void core()
    .api.get<SettingsView>('/settings')
    .then((result) => {
      if (result.kind === 'ok') days = result.data.settings.duties.referral_days;
      else asked = false;
    });
}
