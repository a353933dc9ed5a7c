// How does a chart live on the page? ECharts is fetched when the first chart is shown, follows the size of its place, and is let go.
import { useEffect, useRef, useState, type RefObject } from "react";

import type { ECharts } from "./echarts";

export function useChart(): { readonly host: RefObject<HTMLDivElement | null>; readonly chart: ECharts | null } {
  const host = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<ECharts | null>(null);
  useEffect(() => {
    let made: ECharts | null = null;
    let gone = false;
    const observer = new ResizeObserver(() => made?.resize());
    void import("./echarts").then(({ init }) => {
      if (gone || !host.current) return;
      made = init(host.current);
      observer.observe(host.current);
      setChart(made);
    });
    return () => {
      gone = true;
      observer.disconnect();
      made?.dispose();
    };
  }, []);
  return { host, chart };
}

/** Calls back with the place on the category axis that was clicked, anywhere above it. */
export function usePick(chart: ECharts | null, onPick: ((index: number) => void) | undefined): void {
  useEffect(() => {
    if (!chart || !onPick) return;
    const canvas = chart.getZr();
    const pick = (event: { offsetX: number; offsetY: number }): void => {
      const [index] = chart.convertFromPixel({ gridIndex: 0 }, [event.offsetX, event.offsetY]);
      onPick(Math.round(index ?? -1));
    };
    canvas.on("click", pick);
    return () => canvas.off("click", pick);
  }, [chart, onPick]);
}

/** Text for the HTML of a tooltip. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
