// Months, days and ends of days as a person says them; used by every page about colours.
import { colours } from '@/i18n/colours';
import { day, time } from '@/i18n/format';

export function monthWords(month: string): string {
  const [year, of] = month.split('-').map(Number);
  return colours().month(year ?? 0, of ?? 0);
}

export const shortMonth = (month: string): string => colours().shortMonth(Number(month.slice(5)));

/** 24:00 of a day is 00:00 of the next one: people mean the day that ends. */
export function untilWords(at: string): string {
  const moment = Date.parse(at);
  return time(moment) === '00:00' ? `${day(moment - 1)} 24:00` : `${day(moment)} ${time(moment)}`;
}

export const someone = (name: string | null): string => name ?? '—';
