// How does a number move over the days? A line over a quiet grid; the table behind it is there for readers of the screen.
import type { EChartsOption } from "echarts";
import { useCallback, useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { token } from "@/theme/antd";
import { useMode } from "@/theme/mode";
import { formatCompact, formatDay } from "./format";
import styles from "./SeriesChart.module.css";
import { escapeHtml, useChart, usePick } from "./useChart";

export interface DayValue {
  readonly day: string;
  readonly value: number;
}

interface SeriesChartProps {
  readonly name: string;
  readonly points: readonly DayValue[];
  /** How a value is written in full, in the tooltip and the table. */
  readonly write: (value: number) => string;
  /** How it is written on the axis; short. */
  readonly writeAxis?: (value: number) => string;
  readonly onPick?: (day: string) => void;
}

interface Look {
  readonly tag: string;
  readonly write: (value: number) => string;
  readonly writeAxis: (value: number) => string;
}

function axes(points: readonly DayValue[], look: Look): Pick<EChartsOption, "grid" | "xAxis" | "yAxis"> {
  const years = new Set(points.map((point) => point.day.slice(0, 4)));
  return {
    grid: { left: 4, right: 12, top: 12, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "category",
      boundaryGap: false,
      data: points.map((point) => point.day),
      axisLine: { lineStyle: { color: token("line") } },
      axisTick: { show: false },
      axisLabel: {
        color: token("ink-faint"),
        fontSize: 11,
        hideOverlap: true,
        formatter: (day: string) => formatDay(day, look.tag, years.size > 1),
      },
    },
    yAxis: {
      type: "value",
      splitNumber: 4,
      splitLine: { lineStyle: { color: token("line") } },
      axisLabel: { color: token("ink-faint"), fontSize: 11, formatter: look.writeAxis },
    },
  };
}

function option(name: string, points: readonly DayValue[], look: Look): EChartsOption {
  const colour = token("chart-1");
  return {
    animationDuration: 250,
    textStyle: { fontFamily: token("font") },
    ...axes(points, look),
    tooltip: {
      trigger: "axis",
      appendTo: "body",
      backgroundColor: token("surface-raised"),
      borderColor: token("line"),
      padding: [8, 12],
      textStyle: { color: token("ink"), fontSize: 12, fontFamily: token("font") },
      axisPointer: { lineStyle: { color: token("line-strong") } },
      formatter: (items) => {
        const item = Array.isArray(items) ? items[0] : items;
        const point = points[item?.dataIndex ?? -1];
        if (!point) return "";
        return `${escapeHtml(formatDay(point.day, look.tag))}<br/><b>${escapeHtml(look.write(point.value))}</b> ${escapeHtml(name)}`;
      },
    },
    series: [
      {
        type: "line",
        name,
        data: points.map((point) => point.value),
        showSymbol: points.length < 2,
        symbolSize: 7,
        sampling: "lttb",
        lineStyle: { width: 1.75, color: colour },
        itemStyle: { color: colour },
        areaStyle: { color: colour, opacity: 0.09 },
      },
    ],
  };
}

function DataTable({ name, points, write }: Pick<SeriesChartProps, "name" | "points" | "write">): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  return (
    <table className="visually-hidden">
      <caption>{name}</caption>
      <thead>
        <tr>
          <th>{t("charts.day")}</th>
          <th>{name}</th>
        </tr>
      </thead>
      <tbody>
        {points.slice(-60).map((point) => (
          <tr key={point.day}>
            <td>{formatDay(point.day, tag)}</td>
            <td>{write(point.value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export default function SeriesChart({ name, points, write, writeAxis, onPick }: SeriesChartProps): ReactNode {
  const { tag } = useLanguage();
  const { dark } = useMode();
  const { host, chart } = useChart();
  useEffect(() => {
    const axis = writeAxis ?? ((value: number) => formatCompact(value, tag));
    chart?.setOption(option(name, points, { tag, write, writeAxis: axis }), { notMerge: true });
  }, [chart, name, points, write, writeAxis, tag, dark]);
  const pick = useCallback(
    (index: number) => {
      const point = points[index];
      if (point) onPick?.(point.day);
    },
    [points, onPick],
  );
  usePick(chart, onPick ? pick : undefined);
  return (
    <>
      <div ref={host} className={styles.chart} aria-hidden />
      <DataTable name={name} points={points} write={write} />
    </>
  );
}
