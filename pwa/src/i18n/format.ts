// Dates, numbers and distances as the county reads them: always in its own time zone, whatever the phone says.
import { lang } from './area.svelte';

/** All counties of the country share one zone; a phone set to another one must not shift a deadline. */
const ZONE = 'Asia/Shanghai';
const locale = () => (lang() === 'zh' ? 'zh-CN' : 'en-GB');

const cache = new Map<string, Intl.DateTimeFormat>();
function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options);
  const made = cache.get(key) ?? new Intl.DateTimeFormat(locale(), { timeZone: ZONE, ...options });
  cache.set(key, made);
  return made;
}

type Moment = string | number | Date;

export const day = (at: Moment) => formatter({ month: 'numeric', day: 'numeric', weekday: 'short' }).format(new Date(at));
export const fullDay = (at: Moment) => formatter({ year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(at));
export const time = (at: Moment) => formatter({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at));
export const dayTime = (at: Moment) =>
  formatter({ month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at));
export const number = (n: number, digits = 0) => new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(n);

/** Points of a visit, which the county gives in thousandths of what applied: 875 is 87.5 of 100. */
export const points = (thousandths: number) => number(thousandths / 10, 1);

/** Metres as a person says them: 80 米, 1.2 公里. */
export function distance(metres: number): string {
  const zh = lang() === 'zh';
  if (metres < 1000) return `${number(Math.round(metres / 10) * 10)} ${zh ? '米' : 'm'}`;
  return `${number(metres / 1000, metres < 10_000 ? 1 : 0)} ${zh ? '公里' : 'km'}`;
}

/** Bytes as megabytes, never below 0.1, or as gigabytes when there are many. */
export const megabytes = (bytes: number) => (bytes < 1e9 ? `${number(Math.max(bytes / 1e6, 0.1), 1)} MB` : `${number(bytes / 1e9, 1)} GB`);
