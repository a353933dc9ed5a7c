// How does a press on a chart open people? Lines anywhere near them, bars on themselves, and a single bar in its whole column.
import { useEffect } from "react";

import type { ECharts } from "@/parts/echarts";
import type { Cell, Opening, Plot } from "../view";
import { picked } from "./picked";

interface Pressed {
  readonly offsetX: number;
  readonly offsetY: number;
}

export function usePlotPick(chart: ECharts | null, plot: Plot, onPick: ((cell: Cell) => void) | undefined): void {
  useEffect(() => {
    if (!chart || !onPick || !plot.lines.some(({ opens }) => opens)) return;
    const open = (opening: Opening | null | undefined): void => {
      if (opening) onPick(opening.cell);
    };
    if (plot.kind === "bars" && plot.lines.length > 1) {
      const bar = (event: { seriesIndex?: number | undefined; dataIndex: number }): void => {
        open(plot.lines[event.seriesIndex ?? -1]?.opens?.[event.dataIndex]);
      };
      chart.on("click", bar);
      return () => void chart.off("click", bar);
    }
    const canvas = chart.getZr();
    const meant = ({ offsetX, offsetY }: Pressed): Opening | null => {
      const at = [offsetX, offsetY];
      if (!chart.containPixel({ gridIndex: 0 }, at)) return null;
      const [place = -1, value = 0] = chart.convertFromPixel({ gridIndex: 0 }, at);
      return picked(plot, Math.round(place), value);
    };
    const press = (event: Pressed): void => open(meant(event));
    const hover = (event: Pressed): void => canvas.setCursorStyle(meant(event) ? "pointer" : "default");
    canvas.on("click", press);
    canvas.on("mousemove", hover);
    return () => {
      canvas.off("click", press);
      canvas.off("mousemove", hover);
    };
  }, [chart, plot, onPick]);
}
