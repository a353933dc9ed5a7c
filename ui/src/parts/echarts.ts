// Which parts of ECharts do we ship? Only those that a chart here uses.
import { BarChart, LineChart, SankeyChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use as register, type ECharts } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

register([LineChart, BarChart, SankeyChart, GridComponent, TooltipComponent, AriaComponent, CanvasRenderer]);

export { init, type ECharts };
