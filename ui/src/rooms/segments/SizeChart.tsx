// How did the segment grow, and who came and went? Its size above, comings and goings below, day by day.
import type { EChartsOption } from "echarts";
import { useCallback, useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatCompact, formatDay, formatNumber } from "@/parts/format";
import { escapeHtml, useChart, usePick } from "@/parts/useChart";
import { token } from "@/theme/antd";
import { useMode } from "@/theme/mode";
import type { Size } from "./queries";

interface Words {
  readonly size: string;
  readonly entered: string;
  readonly left: string;
}

function option(items: readonly Size[], words: Words, tag: string): EChartsOption {
  const days = items.map((item) => item.day);
  const axis = { type: "category" as const, data: days, axisTick: { show: false }, axisLine: { lineStyle: { color: token("line") } } };
  const value = {
    type: "value" as const,
    splitLine: { lineStyle: { color: token("line") } },
    axisLabel: { color: token("ink-faint"), fontSize: 11, formatter: (n: number) => formatCompact(Math.abs(n), tag) },
  };
  const label = { color: token("ink-faint"), fontSize: 11, hideOverlap: true, formatter: (day: string) => formatDay(day, tag, false) };
  const bar = { type: "bar" as const, stack: "moves", xAxisIndex: 1, yAxisIndex: 1, barMaxWidth: 14 };
  return {
    animationDuration: 250,
    textStyle: { fontFamily: token("font") },
    grid: [
      { left: 48, right: 12, top: 12, height: 150 },
      { left: 48, right: 12, top: 186, height: 60 },
    ],
    xAxis: [
      { ...axis, boundaryGap: true, axisLabel: { show: false } },
      { ...axis, gridIndex: 1, axisLabel: label },
    ],
    yAxis: [
      { ...value, splitNumber: 3, minInterval: 1 },
      { ...value, gridIndex: 1, splitNumber: 2, minInterval: 1 },
    ],
    axisPointer: { link: [{ xAxisIndex: [0, 1] }], lineStyle: { color: token("line-strong") } },
    tooltip: {
      trigger: "axis",
      appendTo: "body",
      backgroundColor: token("surface-raised"),
      borderColor: token("line"),
      padding: [8, 12],
      textStyle: { color: token("ink"), fontSize: 12, fontFamily: token("font") },
      formatter: (found) => {
        const item = items[(Array.isArray(found) ? found[0] : found)?.dataIndex ?? -1];
        if (!item) return "";
        const row = (name: string, n: number): string => `<b>${formatNumber(n, tag)}</b> ${escapeHtml(name)}`;
        return [formatDay(item.day, tag), row(words.size, item.size), row(words.entered, item.entered), row(words.left, item.left)].join(
          "<br/>",
        );
      },
    },
    series: [
      {
        type: "line",
        step: "end",
        data: items.map((item) => item.size),
        showSymbol: items.length < 2,
        lineStyle: { width: 1.75, color: token("chart-1") },
        itemStyle: { color: token("chart-1") },
        areaStyle: { color: token("chart-1"), opacity: 0.09 },
      },
      { ...bar, data: items.map((item) => item.entered), itemStyle: { color: token("chart-1") } },
      { ...bar, data: items.map((item) => -item.left), itemStyle: { color: token("chart-2") } },
    ],
  };
}

function DataTable({ items, words }: { items: readonly Size[]; words: Words }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  return (
    <table className="visually-hidden">
      <caption>{t("segments.overTime")}</caption>
      <thead>
        <tr>
          <th>{t("charts.day")}</th>
          <th>{words.size}</th>
          <th>{words.entered}</th>
          <th>{words.left}</th>
        </tr>
      </thead>
      <tbody>
        {items.slice(-60).map((item) => (
          <tr key={item.day}>
            <td>{formatDay(item.day, tag)}</td>
            <td>{formatNumber(item.size, tag)}</td>
            <td>{formatNumber(item.entered, tag)}</td>
            <td>{formatNumber(item.left, tag)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export default function SizeChart({ items, onPick }: { items: readonly Size[]; onPick: (day: string) => void }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { dark } = useMode();
  const { host, chart } = useChart();
  const [size, entered, left] = [t("segments.size"), t("segments.cameIn"), t("segments.wentOut")];
  useEffect(() => {
    chart?.setOption(option(items, { size, entered, left }, tag), { notMerge: true });
  }, [chart, items, size, entered, left, tag, dark]);
  const pick = useCallback(
    (index: number) => {
      const item = items[index];
      if (item) onPick(item.day);
    },
    [items, onPick],
  );
  usePick(chart, pick);
  return (
    <>
      <div ref={host} style={{ height: 280 }} aria-hidden />
      <DataTable items={items} words={{ size, entered, left }} />
    </>
  );
}
