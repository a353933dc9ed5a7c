// How do the numbers of a report look? Lines over time or bars beside each other, which open their people; the table below says the same.
import type { BarSeriesOption, EChartsOption, LineSeriesOption } from "echarts";
import { useEffect, type ReactNode } from "react";

import { escapeHtml, useChart } from "@/parts/useChart";
import { token } from "@/theme/antd";
import { useMode } from "@/theme/mode";
import type { Cell, Plot as PlotOf, PlotLine } from "../view";
import { MOST_LINES } from "./picked";
import styles from "./Show.module.css";
import { usePlotPick } from "./usePlotPick";
import type { Write } from "./useWrite";

const COLOURS = ["chart-1", "chart-2", "chart-3", "chart-4", "violet", "info", "good", "bad", "warn", "ink-faint"] as const;

function colour(place: number): string {
  return COLOURS[place % COLOURS.length] ?? "chart-1";
}

/** An earlier period has the colour of what it stands beside. */
function places(lines: readonly PlotLine[]): number[] {
  const now = lines.filter(({ past }) => !past).length;
  return lines.map(({ past }, at) => (past ? at - now : at));
}

function lineSeries({ name, values, past = false }: PlotLine, at: number): LineSeriesOption {
  const color = token(colour(at));
  const few = values.filter((value) => value !== null).length < 2;
  return {
    type: "line",
    name,
    data: [...values],
    showSymbol: few,
    symbolSize: few ? 7 : 5,
    lineStyle: { width: past ? 1.25 : 1.75, color, type: past ? "dashed" : "solid", opacity: past ? 0.6 : 1 },
    itemStyle: { color, opacity: past ? 0.6 : 1 },
  };
}

function barSeries({ name, values }: PlotLine, at: number, stacked: boolean): BarSeriesOption {
  return {
    type: "bar",
    name,
    data: [...values],
    barMaxWidth: 46,
    itemStyle: { color: token(colour(at)), borderRadius: stacked ? 0 : [3, 3, 0, 0] },
    ...(stacked ? { stack: "all" } : {}),
  };
}

function option(plot: PlotOf, write: Write): EChartsOption {
  const faint = { color: token("ink-faint"), fontSize: 11 };
  const lines = plot.lines.slice(0, MOST_LINES);
  const colours = places(plot.lines);
  const place = (at: string, short: boolean): string => {
    if (plot.edges) return `${plot.places.length > 1 ? "≥ " : ""}${write(Number(at), plot.edges, short)}`;
    return plot.axis === "bucket" ? write(at, "bucket", short) : at;
  };
  return {
    animationDuration: 250,
    textStyle: { fontFamily: token("font") },
    grid: { left: 4, right: 14, top: 14, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "category",
      boundaryGap: plot.kind !== "lines" || plot.places.length < 2,
      data: [...plot.places],
      axisLine: { lineStyle: { color: token("line") }, onZero: false },
      axisTick: { show: false },
      axisLabel: { ...faint, hideOverlap: true, width: 130, overflow: "truncate", formatter: (at: string) => place(at, true) },
    },
    yAxis: {
      type: "value",
      splitNumber: 4,
      ...(plot.format === "share"
        ? { max: ({ max }: { max: number }) => (max <= 0 || (max > 0.8 && max <= 1) ? 1 : Math.ceil(max * 10.5) / 10) }
        : {}),
      splitLine: { lineStyle: { color: token("line") } },
      axisLabel: { ...faint, formatter: (value: number) => write(plot.kind === "stack" ? Math.abs(value) : value, plot.format, true) },
    },
    tooltip: {
      trigger: "axis",
      appendTo: "body",
      backgroundColor: token("surface-raised"),
      borderColor: token("line"),
      padding: [8, 12],
      textStyle: { color: token("ink"), fontSize: 12, fontFamily: token("font") },
      axisPointer: { type: plot.kind === "lines" ? "line" : "shadow", lineStyle: { color: token("line-strong") } },
      formatter: (found) => {
        const at = (Array.isArray(found) ? found[0] : found)?.dataIndex ?? -1;
        const name = plot.places[at];
        if (name === undefined) return "";
        const rows = lines.map((line) => {
          const value = line.values[at] ?? null;
          if (value === null) return "";
          const shown = write(plot.kind === "stack" ? Math.abs(value) : value, plot.format);
          return `<br/><b>${escapeHtml(shown)}</b> ${escapeHtml(line.name)}`;
        });
        return `${escapeHtml(place(name, false))}${rows.join("")}`;
      },
    },
    series: lines.map((line, at) =>
      plot.kind === "lines" ? lineSeries(line, colours[at] ?? at) : barSeries(line, at, plot.kind === "stack"),
    ),
  };
}

interface PlotProps {
  readonly plot: PlotOf;
  readonly write: Write;
  /** The table below has the same as links, for the keyboard. */
  readonly onPick?: ((cell: Cell) => void) | undefined;
  /** As on a tile. */
  readonly small?: boolean;
}

export default function Plot({ plot, write, onPick, small = false }: PlotProps): ReactNode {
  const { dark } = useMode();
  const { host, chart } = useChart();
  useEffect(() => {
    chart?.setOption(option(plot, write), { notMerge: true });
  }, [chart, plot, write, dark]);
  usePlotPick(chart, plot, onPick);
  return (
    <>
      {plot.lines.length > 1 ? <Legend lines={plot.lines.slice(0, MOST_LINES)} colours={places(plot.lines)} /> : null}
      <div ref={host} className={`${styles.chart ?? ""} ${small ? (styles.small ?? "") : ""}`} aria-hidden />
    </>
  );
}

function Legend({ lines, colours }: { lines: readonly PlotLine[]; colours: readonly number[] }): ReactNode {
  return (
    <ul className={styles.legend}>
      {lines.map(({ name, past }, at) => (
        <li key={`${at} ${name}`}>
          <span className={past ? styles.dashed : styles.solid} style={{ color: `var(--${colour(colours[at] ?? at)})` }} aria-hidden />
          {name}
        </li>
      ))}
    </ul>
  );
}
