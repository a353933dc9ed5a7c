// Which ways do people go? Bands between the levels, as wide as the paths are many; a press on one opens its people.
import type { EChartsOption } from "echarts";
import { useEffect, type ReactNode } from "react";

import { escapeHtml, useChart } from "@/parts/useChart";
import { token } from "@/theme/antd";
import { useMode } from "@/theme/mode";
import type { Cell, Flow } from "../view";
import styles from "./Show.module.css";
import type { Write } from "./useWrite";

const COLOURS = ["chart-1", "chart-2", "chart-3", "chart-4", "violet", "info"] as const;
const COLUMN_PIXELS = 150;

interface FlowChartProps {
  readonly flow: Flow;
  readonly write: Write;
  readonly onPick?: ((cell: Cell) => void) | undefined;
  /** As on a tile. */
  readonly small?: boolean;
}

function option({ nodes, links }: Flow, write: Write): EChartsOption {
  // One name has one colour on every level.
  const names = [...new Set(nodes.map(({ name }) => name))];
  const first = Math.min(0, ...nodes.map(({ level }) => level));
  const there = new Map(nodes.map((node) => [node.id, node]));
  const tell = (name: string, value: number): string => `${escapeHtml(name)} <b>${escapeHtml(write(value, "count"))}</b>`;
  return {
    animationDuration: 250,
    textStyle: { fontFamily: token("font") },
    tooltip: {
      appendTo: "body",
      backgroundColor: token("surface-raised"),
      borderColor: token("line"),
      padding: [8, 12],
      textStyle: { color: token("ink"), fontSize: 12, fontFamily: token("font") },
      formatter: (item) => {
        const data = (Array.isArray(item) ? item[0] : item)?.data as unknown as
          { readonly words?: string; readonly count?: number } | undefined;
        return data?.words ? tell(data.words, data.count ?? 0) : "";
      },
    },
    series: [
      {
        type: "sankey",
        left: 4,
        right: 116,
        top: 6,
        bottom: 6,
        nodeWidth: 10,
        nodeGap: 10,
        draggable: false,
        lineStyle: { color: "source", opacity: 0.26, curveness: 0.5 },
        label: {
          color: token("ink-soft"),
          fontSize: 11,
          width: 104,
          overflow: "truncate",
          formatter: (item) => (item.data as { words?: string }).words ?? "",
        },
        data: nodes.map(({ id, level, name, value, cell }) => ({
          name: id,
          words: name,
          count: value,
          value,
          cell,
          depth: level - first,
          itemStyle: { color: token(COLOURS[names.indexOf(name) % COLOURS.length] ?? "chart-1"), borderWidth: 0 },
        })),
        links: links
          .filter(({ from, to }) => there.has(from) && there.has(to))
          .map(({ from, to, value, cell }) => ({
            source: from,
            target: to,
            value,
            count: value,
            cell,
            words: `${there.get(from)?.name ?? ""} → ${there.get(to)?.name ?? ""}`,
          })),
      },
    ],
  };
}

export default function FlowChart({ flow, write, onPick, small = false }: FlowChartProps): ReactNode {
  const { dark } = useMode();
  const { host, chart } = useChart();
  useEffect(() => {
    chart?.setOption(option(flow, write), { notMerge: true });
  }, [chart, flow, write, dark]);
  useEffect(() => {
    if (!chart || !onPick) return;
    const pick = (event: { data?: unknown }): void => {
      const { cell } = (event.data ?? {}) as { readonly cell?: Cell };
      if (cell) onPick(cell);
    };
    chart.on("click", pick);
    return () => void chart.off("click", pick);
  }, [chart, onPick]);
  const levels = new Set(flow.nodes.map(({ level }) => level)).size;
  return (
    <div className={styles.scroll}>
      <div
        ref={host}
        className={`${styles.flow ?? ""} ${small ? (styles.small ?? "") : ""}`}
        style={{ minWidth: levels * COLUMN_PIXELS }}
        aria-hidden
      />
    </div>
  );
}
