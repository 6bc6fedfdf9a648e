// The way to zero as a chart's description: the baseline below, what was found since on top of it, and the even pace as a dashed line.
import type { Standing } from '@/api/campaigns';
import type { Option } from '@/charts/echarts';
import { number } from '@/i18n/format';
import { columns } from './zero';

interface Words {
  readonly baseline: string;
  readonly fresh: string;
  readonly ideal: string;
}

/** Colours of tokens.css by meaning; the two bands also differ by place, the line by its dashes. */
const COLOUR = { baseline: '#0a4070', fresh: '#b06a00', ideal: '#435049', ink: '#16211c', line: '#c3cbc7' };

export function burndown(standing: Pick<Standing, 'days' | 'ideal'>, words: Words): Option {
  const table = columns(standing);
  const text = { color: COLOUR.ink, fontSize: 14 };
  const axis = { axisLabel: text, axisLine: { lineStyle: { color: COLOUR.line } }, splitLine: { lineStyle: { color: COLOUR.line, type: 'dashed' as const } } };
  const band = { type: 'line' as const, stack: 'open', lineStyle: { width: 2 }, showSymbol: standing.days.length < 3, symbolSize: 8 };
  return {
    animation: false,
    // A real family: the legend is measured on a canvas, which knows no inheritance.
    textStyle: { fontFamily: 'sans-serif' },
    grid: { left: 8, right: 12, top: 44, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: text, itemGap: 20 },
    tooltip: { trigger: 'axis', renderMode: 'richText', confine: true, textStyle: text, valueFormatter: (value) => (value === null || value === undefined ? '' : number(Number(value), 1)) },
    xAxis: { type: 'category', boundaryGap: false, data: table.map((one) => one.day.slice(5)), ...axis, splitLine: { show: false } },
    yAxis: { type: 'value', min: 0, minInterval: 1, ...axis },
    series: [
      { ...band, name: words.baseline, data: table.map((one) => one.baseline), color: COLOUR.baseline, areaStyle: { opacity: 0.28 } },
      { ...band, name: words.fresh, data: table.map((one) => one.fresh), color: COLOUR.fresh, areaStyle: { opacity: 0.4 } },
      { name: words.ideal, type: 'line', data: table.map((one) => one.ideal), color: COLOUR.ideal, lineStyle: { width: 2, type: 'dashed' }, symbol: 'none' },
    ],
  };
}
