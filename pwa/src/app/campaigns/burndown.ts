// The way to zero as a chart's description: the baseline below, what was found since on top of it, and the even pace as a dashed line.
import type { Standing } from '@/api/campaigns';
import type { Option } from '@/charts/echarts';
import { number } from '@/i18n/format';
import { dayLabels } from '@/charts/burndown';
import { columns } from './zero';

interface Words {
  readonly baseline: string;
  readonly fresh: string;
  readonly ideal: string;
}

/** `ink` gives the colours of tokens.css by meaning, as they look now; the two bands also differ by place, the line by its dashes. */
export function burndown(standing: Pick<Standing, 'days' | 'ideal'>, words: Words, ink: (token: string) => string): Option {
  const colour = { baseline: ink('info'), fresh: ink('chart-fresh'), ideal: ink('ink-soft'), ink: ink('ink'), line: ink('line') };
  const table = columns(standing);
  const text = { color: colour.ink, fontSize: 14 };
  const axis = { axisLabel: text, axisLine: { lineStyle: { color: colour.line } }, splitLine: { lineStyle: { color: colour.line, type: 'dashed' as const } } };
  const band = { type: 'line' as const, stack: 'open', lineStyle: { width: 2 }, showSymbol: standing.days.length < 3, symbolSize: 8 };
  return {
    animation: false,
    // A real family: the legend is measured on a canvas, which knows no inheritance.
    textStyle: { fontFamily: 'sans-serif' },
    grid: { left: 8, right: 12, top: 44, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: text, itemGap: 20 },
    tooltip: { trigger: 'axis', renderMode: 'richText', confine: true, backgroundColor: ink('ground'), borderColor: colour.line, textStyle: text, valueFormatter: (value) => (value === null || value === undefined ? '' : number(Number(value), 1)) },
    xAxis: { type: 'category', boundaryGap: false, data: table.map((one) => one.day.slice(5)), ...axis, axisLabel: dayLabels(table.length, text), splitLine: { show: false } },
    yAxis: { type: 'value', min: 0, minInterval: 1, ...axis },
    series: [
      { ...band, name: words.baseline, data: table.map((one) => one.baseline), color: colour.baseline, areaStyle: { opacity: 0.28 } },
      { ...band, name: words.fresh, data: table.map((one) => one.fresh), color: colour.fresh, areaStyle: { opacity: 0.4 } },
      { name: words.ideal, type: 'line', data: table.map((one) => one.ideal), color: colour.ideal, lineStyle: { width: 2, type: 'dashed' }, symbol: 'none' },
    ],
  };
}
