// How does a metric move? One line for the values or each part, dashed ones for an earlier period and the target.
import type { EChartsOption, LineSeriesOption } from "echarts";
import { useEffect, type ReactNode } from "react";

import { useMode } from "@/theme/mode";
import { token } from "@/theme/antd";
import { escapeHtml, useChart } from "@/parts/useChart";
import { formatAxis, formatFigure, type Measure } from "./figures";
import { bucketName, type Unit } from "./frame";
import styles from "./Metric.module.css";
import type { Line } from "./lines";

const COLOURS = ["chart-1", "chart-2", "chart-3", "chart-4", "violet", "ink-faint"] as const;

interface MetricChartProps {
  readonly lines: readonly Line[];
  readonly buckets: readonly string[];
  readonly unit: Unit;
  readonly measure: Measure;
}

/** Of a target grey, of an earlier period the colour of the values, of parts one each. */
function colourOf(line: Line, place: number): string {
  if (line.look === "target") return "warn";
  return line.look === "part" ? (COLOURS[place % COLOURS.length] ?? "chart-1") : "chart-1";
}

function seriesOf(line: Line, place: number): LineSeriesOption {
  const color = token(colourOf(line, place));
  const quiet = line.look === "past" || line.look === "target";
  const few = line.values.filter((value) => value !== null).length < 2;
  return {
    type: "line",
    name: line.name,
    data: [...line.values],
    step: line.look === "target" ? "middle" : false,
    connectNulls: false,
    showSymbol: few,
    symbolSize: few ? 7 : 5,
    lineStyle: { width: quiet ? 1.25 : 1.75, color, type: quiet ? "dashed" : "solid", opacity: line.look === "past" ? 0.6 : 1 },
    itemStyle: { color, opacity: line.look === "past" ? 0.6 : 1 },
    ...(line.look === "main" ? { areaStyle: { color, opacity: 0.08 } } : {}),
  };
}

function option({ lines, buckets, unit, measure }: MetricChartProps): EChartsOption {
  const faint = { color: token("ink-faint"), fontSize: 11 };
  const short = new Intl.DateTimeFormat(measure.tag, {
    timeZone: "UTC",
    month: "short",
    ...(unit === "month" ? { year: "2-digit" } : { day: "numeric" }),
  });
  return {
    animationDuration: 250,
    textStyle: { fontFamily: token("font") },
    grid: { left: 4, right: 14, top: 14, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "category",
      boundaryGap: buckets.length < 2,
      data: [...buckets],
      axisLine: { lineStyle: { color: token("line") } },
      axisTick: { show: false },
      axisLabel: { ...faint, hideOverlap: true, formatter: (day: string) => short.format(new Date(`${day}T00:00:00Z`)) },
    },
    yAxis: {
      type: "value",
      splitNumber: 4,
      splitLine: { lineStyle: { color: token("line") } },
      axisLabel: { ...faint, formatter: (value: number) => formatAxis(value, measure) },
    },
    tooltip: {
      trigger: "axis",
      appendTo: "body",
      backgroundColor: token("surface-raised"),
      borderColor: token("line"),
      padding: [8, 12],
      textStyle: { color: token("ink"), fontSize: 12, fontFamily: token("font") },
      axisPointer: { lineStyle: { color: token("line-strong") } },
      formatter: (found) => {
        const at = (Array.isArray(found) ? found[0] : found)?.dataIndex ?? -1;
        const bucket = buckets[at];
        if (bucket === undefined) return "";
        const rows = lines.map(({ name, values }) => {
          const value = values[at] ?? null;
          return value === null ? "" : `<br/><b>${escapeHtml(formatFigure(value, measure))}</b> ${escapeHtml(name)}`;
        });
        return `${escapeHtml(bucketName(bucket, unit, measure.tag))}${rows.join("")}`;
      },
    },
    series: lines.map(seriesOf),
  };
}

export default function MetricChart({ lines, buckets, unit, measure }: MetricChartProps): ReactNode {
  const { dark } = useMode();
  const { host, chart } = useChart();
  useEffect(() => {
    chart?.setOption(option({ lines, buckets, unit, measure }), { notMerge: true });
  }, [chart, lines, buckets, unit, measure, dark]);
  return (
    <>
      {lines.length > 1 ? <Legend lines={lines} /> : null}
      <div ref={host} className={styles.chart} aria-hidden />
    </>
  );
}

function Legend({ lines }: { lines: readonly Line[] }): ReactNode {
  return (
    <ul className={styles.legend}>
      {lines.map((line, i) => (
        <li key={line.key}>
          <span
            className={line.look === "past" || line.look === "target" ? styles.dashed : styles.solid}
            style={{ color: `var(--${colourOf(line, i)})` }}
            aria-hidden
          />
          {line.name}
        </li>
      ))}
    </ul>
  );
}
