// How states and fates look: one place, always with their words beside them.
import type { Fate, ImportState } from '@/api/imports';
import type { IconName, Tone } from '@/ui/icons';

interface Look {
  readonly tone: Tone;
  readonly icon: IconName;
}
export const STATE_LOOK: Readonly<Record<ImportState, Look>> = {
  preview: { tone: 'info', icon: 'clock' },
  applied: { tone: 'pass', icon: 'check' },
  undone: { tone: 'muted', icon: 'undo' },
  refused: { tone: 'fail', icon: 'warn' },
};
export const FATE_LOOK: Readonly<Record<Fate, Look>> = {
  created: { tone: 'pass', icon: 'add' },
  changed: { tone: 'info', icon: 'draw' },
  unchanged: { tone: 'muted', icon: 'dash' },
  refused: { tone: 'fail', icon: 'warn' },
};
