// How a weight looks; the word always stands beside the colour.
import type { PhotoFlag } from '@/core';
import type { Tone } from '@/ui/icons';

export const STRENGTH_TONES: Readonly<Record<PhotoFlag['strength'], Tone>> = { strong: 'fail', look: 'warn', weak: 'muted', off: 'muted' };
