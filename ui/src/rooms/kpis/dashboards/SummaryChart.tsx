// What does the picture of a report on a tile look like? Lines or bars over ticks, as small as a tile.
import type { EChartsOption } from "echarts";
import { useEffect, type ReactNode } from "react";

import { useLanguage } from "@/i18n/useLanguage";
import { formatDay } from "@/parts/format";
import { escapeHtml, useChart } from "@/parts/useChart";
import { token } from "@/theme/antd";
import { useMode } from "@/theme/mode";
import { formatAxis, formatFigure, type Measure } from "../figures";
import styles from "./Dashboards.module.css";
import type { Summary } from "./queries";

type Picture = NonNullable<Summary["picture"]>;
const COLOURS = ["chart-1", "chart-2", "chart-3", "chart-4", "violet", "ink-faint"] as const;

function option(picture: Picture, names: readonly string[], measure: Measure): EChartsOption {
  const faint = { color: token("ink-faint"), fontSize: 11 };
  const tick = (text: string): string => (picture.days ? formatDay(text, measure.tag, false) : text);
  return {
    animationDuration: 250,
    textStyle: { fontFamily: token("font") },
    grid: { left: 4, right: 10, top: 10, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "category",
      boundaryGap: picture.kind === "bars" || picture.ticks.length < 2,
      data: [...picture.ticks],
      axisLine: { lineStyle: { color: token("line") } },
      axisTick: { show: false },
      axisLabel: { ...faint, hideOverlap: true, width: 90, overflow: "truncate", formatter: tick },
    },
    yAxis: {
      type: "value",
      splitNumber: 3,
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
      formatter: (found) => {
        const at = (Array.isArray(found) ? found[0] : found)?.dataIndex ?? -1;
        const rows = picture.lines.map(({ values }, place) => {
          const value = values[at] ?? null;
          return value === null ? "" : `<br/><b>${escapeHtml(formatFigure(value, measure))}</b> ${escapeHtml(names[place] ?? "")}`;
        });
        return `${escapeHtml(tick(picture.ticks[at] ?? ""))}${rows.join("")}`;
      },
    },
    series: picture.lines.map(({ values }, place) => {
      const color = token(COLOURS[place % COLOURS.length] ?? "chart-1");
      const common = { name: names[place] ?? "", data: [...values], itemStyle: { color } };
      return picture.kind === "bars"
        ? { type: "bar" as const, barMaxWidth: 36, ...common }
        : { type: "line" as const, showSymbol: picture.ticks.length < 2, lineStyle: { width: 1.75, color }, ...common };
    }),
  };
}

interface SummaryChartProps {
  readonly picture: Picture;
  readonly currency: string;
}

export default function SummaryChart({ picture, currency }: SummaryChartProps): ReactNode {
  const { dark } = useMode();
  const { tag, language } = useLanguage();
  const { host, chart } = useChart();
  useEffect(() => {
    const names = picture.lines.map(({ name }) => name[language]);
    chart?.setOption(option(picture, names, { unit: picture.unit, currency, tag }), { notMerge: true });
  }, [chart, picture, currency, tag, language, dark]);
  return (
    <>
      {picture.lines.length > 1 ? (
        <ul className={styles.legend}>
          {picture.lines.map(({ name }, place) => (
            <li key={place}>
              <span style={{ background: `var(--${COLOURS[place % COLOURS.length] ?? "chart-1"})` }} aria-hidden />
              {name[language]}
            </li>
          ))}
        </ul>
      ) : null}
      <div ref={host} className={styles.chart} aria-hidden />
    </>
  );
}
