// How do several numbers move along one axis? Lines, some of them dashed; the table behind it is for readers of the screen.
import type { EChartsOption } from "echarts";
import { useEffect, type ReactNode } from "react";

import { escapeHtml, useChart } from "@/parts/useChart";
import { token } from "@/theme/antd";
import { useMode } from "@/theme/mode";
import styles from "./Trials.module.css";

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly colour: "chart-1" | "chart-2" | "chart-3" | "chart-4" | "ink-faint";
  readonly dashed?: boolean;
}

interface LinesChartProps {
  readonly title: string;
  readonly places: readonly string[];
  readonly lines: readonly Line[];
  readonly write: (value: number) => string;
}

function option({ places, lines, write }: LinesChartProps): EChartsOption {
  const faint = { color: token("ink-faint"), fontSize: 11 };
  return {
    animationDuration: 250,
    textStyle: { fontFamily: token("font") },
    grid: { left: 4, right: 12, top: 12, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "category",
      boundaryGap: false,
      data: [...places],
      axisLine: { lineStyle: { color: token("line") }, onZero: false },
      axisTick: { show: false },
      axisLabel: { ...faint, hideOverlap: true },
    },
    yAxis: { type: "value", splitNumber: 4, splitLine: { lineStyle: { color: token("line") } }, axisLabel: { ...faint, formatter: write } },
    tooltip: {
      trigger: "axis",
      appendTo: "body",
      backgroundColor: token("surface-raised"),
      borderColor: token("line"),
      padding: [8, 12],
      textStyle: { color: token("ink"), fontSize: 12, fontFamily: token("font") },
      formatter: (items) => {
        const index = (Array.isArray(items) ? items[0] : items)?.dataIndex ?? 0;
        const rows = lines.map(({ name, values }) => {
          const value = values[index];
          return `${escapeHtml(name)} <b>${value == null ? "–" : escapeHtml(write(value))}</b>`;
        });
        return [escapeHtml(places[index] ?? ""), ...rows].join("<br/>");
      },
    },
    series: lines.map(({ name, values, colour, dashed }) => ({
      type: "line" as const,
      name,
      data: [...values],
      showSymbol: places.length < 3,
      lineStyle: { width: dashed ? 1.25 : 1.75, color: token(colour), type: dashed ? ("dashed" as const) : ("solid" as const) },
      itemStyle: { color: token(colour) },
    })),
  };
}

export default function LinesChart(props: LinesChartProps): ReactNode {
  const { dark } = useMode();
  const { host, chart } = useChart();
  useEffect(() => {
    chart?.setOption(option(props), { notMerge: true });
  }, [chart, props, dark]);
  const { title, places, lines, write } = props;
  return (
    <>
      <div ref={host} className={styles.tall} aria-hidden />
      <table className="visually-hidden">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th />
            {lines.map(({ name }) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {places.map((place, index) => (
            <tr key={place}>
              <td>{place}</td>
              {lines.map(({ name, values }) => {
                const value = values[index];
                return <td key={name}>{value == null ? "–" : write(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
