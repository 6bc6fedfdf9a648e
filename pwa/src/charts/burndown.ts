// The burn-down of open static issues as a chart's description: a line for what is open, bars for what came and what was closed.
import type { ZeroDay } from '@/api/types';
import { number } from '@/i18n/format';
import type { Option } from './echarts';

interface Words {
  readonly open: string;
  readonly opened: string;
  readonly closed: string;
}

/** Days under an axis: a few of many, because the type of the page is not measured as it is drawn. */
export const dayLabels = <Text extends object>(days: number, text: Text): Text & { readonly interval: number; readonly hideOverlap: true } => ({ ...text, interval: Math.max(Math.ceil(days / 5) - 1, 0), hideOverlap: true });

/** `ink` gives the colours of tokens.css by meaning, as they look now; shapes and words tell the series apart without them. */
export function burndown(days: readonly ZeroDay[], words: Words, ink: (token: string) => string): Option {
  const colour = { open: ink('info'), opened: ink('chart-opened'), closed: ink('pass'), ink: ink('ink'), line: ink('line') };
  const text = { color: colour.ink, fontSize: 14 };
  const axis = { axisLabel: text, axisLine: { lineStyle: { color: colour.line } }, splitLine: { lineStyle: { color: colour.line, type: 'dashed' as const } } };
  return {
    animation: false,
    textStyle: { fontFamily: 'inherit' },
    grid: { left: 8, right: 8, top: 44, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: text, itemGap: 20 },
    tooltip: { trigger: 'axis', renderMode: 'richText', confine: true, backgroundColor: ink('ground'), borderColor: colour.line, textStyle: text, valueFormatter: (value) => number(Number(value)) },
    xAxis: { type: 'category', data: days.map((day) => day.day.slice(5)), ...axis, axisLabel: dayLabels(days.length, text), splitLine: { show: false } },
    yAxis: { type: 'value', min: 0, minInterval: 1, ...axis },
    series: [
      { name: words.open, type: 'line', data: days.map((day) => day.open), showSymbol: days.length < 3, symbolSize: 8, lineStyle: { width: 3 }, color: colour.open, areaStyle: { opacity: 0.08 } },
      { name: words.opened, type: 'bar', data: days.map((day) => day.opened), color: colour.opened, barMaxWidth: 10 },
      { name: words.closed, type: 'bar', data: days.map((day) => day.closed), color: colour.closed, barMaxWidth: 10 },
    ],
  };
}
