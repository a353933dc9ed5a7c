// How do two judgements run over the same axis? Lines over a quiet grid, with the table behind them for readers of the screen.
import type { EChartsOption } from "echarts";
import { useEffect, useMemo, type ReactNode } from "react";

import { escapeHtml, useChart } from "@/parts/useChart";
import { token } from "@/theme/antd";
import { useMode } from "@/theme/mode";
import styles from "./Models.module.css";

export interface Line {
  readonly name: string;
  /** Name of the colour in the tokens. */
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A line to compare with, without points of its own. */
  readonly dashed?: boolean;
}

interface FigureChartProps {
  readonly caption: string;
  readonly lines: readonly Line[];
  readonly xName: string;
  readonly writeX: (value: number) => string;
  readonly writeY: (value: number) => string;
  /** Both axes from 0 to this. */
  readonly most?: number;
}

export default function FigureChart({ caption, lines, xName, writeX, writeY, most }: FigureChartProps): ReactNode {
  const { dark } = useMode();
  const { host, chart } = useChart();
  const drawn = useMemo(() => JSON.stringify({ lines, most, xName }), [lines, most, xName]);
  useEffect(() => {
    const asked = JSON.parse(drawn) as Pick<FigureChartProps, "lines" | "most" | "xName">;
    chart?.setOption(option(asked, writeX, writeY), { notMerge: true });
    // oxlint-disable-next-line react/exhaustive-deps -- how numbers are written changes only with the words in `drawn`
  }, [chart, drawn, dark]);
  const shown = lines.filter((line) => !line.dashed);
  return (
    <>
      <div ref={host} className={styles.chart} aria-hidden />
      <div className={styles.keys} aria-hidden>
        {lines.map((line) => (
          <span key={line.name} className={styles.key}>
            <i style={{ background: `var(--${line.colour})` }} />
            {line.name}
          </span>
        ))}
      </div>
      <table className="visually-hidden">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th>{xName}</th>
            {shown.map((line) => (
              <th key={line.name}>{line.name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown[0]?.points.map(([x], at) => (
            <tr key={x}>
              <td>{writeX(x)}</td>
              {shown.map((line) => (
                <td key={line.name}>{writeY(line.points[at]?.[1] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function option(
  { lines, most, xName }: Pick<FigureChartProps, "lines" | "most" | "xName">,
  writeX: (value: number) => string,
  writeY: (value: number) => string,
): EChartsOption {
  const label = { color: token("ink-faint"), fontSize: 11, hideOverlap: true };
  const bounds = most === undefined ? {} : { max: most };
  return {
    animationDuration: 250,
    textStyle: { fontFamily: token("font") },
    grid: { left: 4, right: 18, top: 12, bottom: 22, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "value",
      ...bounds,
      name: xName,
      nameLocation: "middle",
      nameGap: 26,
      nameTextStyle: { color: token("ink-faint"), fontSize: 11 },
      splitLine: { show: false },
      axisLine: { lineStyle: { color: token("line") } },
      axisLabel: { ...label, formatter: writeX },
    },
    yAxis: {
      type: "value",
      min: 0,
      ...bounds,
      splitNumber: 4,
      splitLine: { lineStyle: { color: token("line") } },
      axisLabel: { ...label, formatter: writeY },
    },
    tooltip: {
      appendTo: "body",
      backgroundColor: token("surface-raised"),
      borderColor: token("line"),
      padding: [8, 12],
      textStyle: { color: token("ink"), fontSize: 12, fontFamily: token("font") },
      formatter: (found) => {
        const item = Array.isArray(found) ? found[0] : found;
        const [x = 0, y = 0] = (item?.value ?? []) as readonly number[];
        return `${escapeHtml(item?.seriesName ?? "")}<br/>${escapeHtml(xName)} ${escapeHtml(writeX(x))} <b>${escapeHtml(writeY(y))}</b>`;
      },
    },
    series: lines.map((line) => ({
      type: "line",
      name: line.name,
      data: line.points.map((point) => [...point]),
      showSymbol: !line.dashed,
      silent: line.dashed === true,
      symbolSize: 6,
      lineStyle: { width: 1.75, color: token(line.colour), type: line.dashed ? "dashed" : "solid" },
      itemStyle: { color: token(line.colour) },
    })),
  };
}
