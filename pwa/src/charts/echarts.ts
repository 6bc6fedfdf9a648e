// ECharts cut down to what our boards draw, in the SVG renderer; a chunk of its own that loads when a board is opened (decisions.md 8).
//
// Safe under the page's policy: the SVG renderer sets styles through the object model, tooltips are drawn as text (`richText`), never as
// HTML, and the two elements that its clean-up empties by `innerHTML` are emptied by nodes instead, see below.
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use, type ComposeOption, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts';
import type { GridComponentOption, LegendComponentOption, TooltipComponentOption } from 'echarts/components';

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

export type Option = ComposeOption<BarSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption>;

export function draw(host: HTMLElement): EChartsType {
  const chart = init(host, null, { renderer: 'svg' });
  for (const element of [host, ...host.querySelectorAll('svg')]) {
    Object.defineProperty(element, 'innerHTML', { configurable: true, set: () => element.replaceChildren(), get: () => '' });
  }
  return chart;
}
