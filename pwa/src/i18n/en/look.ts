import type { look as zh } from '../zh/look';

export const look: typeof zh = {
  title: 'Display',
  colours: 'Colours',
  text: 'Size of text',
  of: { system: 'As the system', light: 'Light', dark: 'Dark', contrast: 'High contrast' },
  size: { normal: 'Normal', large: 'Large', larger: 'Very large' },
  help: 'Only on this device. “As the system” follows the dark and high-contrast settings of the phone; printed sheets are always black on white.',
};
