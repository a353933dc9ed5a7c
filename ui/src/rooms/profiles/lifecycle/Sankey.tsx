// Who moved from which stage to which, week by week? Bands as wide as the people are many; the table beside it says the same in numbers.
import type { EChartsOption } from "echarts";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { dayOf, formatDay, formatNumber } from "@/parts/format";
import { escapeHtml, useChart } from "@/parts/useChart";
import { useWorkspace } from "@/shell/workspace";
import { token } from "@/theme/antd";
import { useMode } from "@/theme/mode";
import styles from "./Lifecycle.module.css";
import { NOWHERE, type Movement } from "./queries";
import { colourOf, inOrder } from "./stages";

interface SankeyProps {
  readonly movement: Movement;
  readonly name: (stage: string) => string;
  readonly onPick: (step: number) => void;
}

const COLUMN_PIXELS = 96;

export default function Sankey({ movement, name, onPick }: SankeyProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const { zone } = useWorkspace();
  const { dark } = useMode();
  const { host, chart } = useChart();
  const { moments } = movement;
  useEffect(() => {
    const days = moments.map((moment) => formatDay(dayOf(new Date(moment), zone), tag, false));
    chart?.setOption(
      option(movement, days, name, (people) => t("lifecycle.peopleCount", { count: people, n: formatNumber(people, tag) })),
      {
        notMerge: true,
      },
    );
  }, [chart, movement, moments, name, tag, zone, dark, t]);
  useEffect(() => {
    if (!chart) return;
    const pick = (event: { dataType?: string; data?: unknown }): void => {
      const data = event.data as { readonly step?: number } | undefined;
      if (data?.step !== undefined) onPick(Math.min(data.step, moments.length - 2));
    };
    chart.on("click", pick);
    return () => void chart.off("click", pick);
  }, [chart, onPick, moments.length]);
  return (
    <div className={styles.scroll}>
      <div className={styles.days} style={{ minWidth: moments.length * COLUMN_PIXELS }} aria-hidden>
        {moments.map((moment) => (
          <span key={moment}>{formatDay(dayOf(new Date(moment), zone), tag, false)}</span>
        ))}
      </div>
      <div ref={host} className={styles.sankey} style={{ minWidth: moments.length * COLUMN_PIXELS }} aria-hidden />
    </div>
  );
}

function option(
  movement: Movement,
  days: readonly string[],
  name: (stage: string) => string,
  people: (count: number) => string,
): EChartsOption {
  const { moments, sizes, flows } = movement;
  const stages = inOrder(movement.states).filter((stage) => stage !== NOWHERE);
  const nodes = moments.flatMap((_, step) =>
    stages
      .filter((stage) => (sizes[step]?.[stage] ?? 0) > 0)
      .map((stage) => ({
        name: `${step} ${stage}`,
        step,
        stage,
        depth: step,
        itemStyle: { color: token(colourOf(stage)), borderWidth: 0 },
      })),
  );
  const there = new Set(nodes.map((node) => node.name));
  const links = flows
    .map(({ step, source, target, people: value }) => ({
      step,
      source: `${step} ${source}`,
      target: `${step + 1} ${target}`,
      value,
      words: `${name(source)} → ${name(target)}`,
    }))
    // Who comes from nowhere has no band; the size of the stage grows by them.
    .filter((link) => there.has(link.source) && there.has(link.target));
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
        const one = (Array.isArray(item) ? item[0] : item)?.data as unknown as
          { readonly step: number; readonly words?: string; readonly value?: number; readonly stage?: string } | undefined;
        if (!one) return "";
        const size = one.words ? (one.value ?? 0) : (sizes[one.step]?.[one.stage ?? ""] ?? 0);
        return `${escapeHtml(days[one.step] ?? "")}<br/>${escapeHtml(one.words ?? name(one.stage ?? ""))} <b>${escapeHtml(people(size))}</b>`;
      },
    },
    series: [
      {
        type: "sankey",
        left: 4,
        right: 130,
        top: 6,
        bottom: 6,
        nodeWidth: 10,
        nodeGap: 8,
        layoutIterations: 0, // every column in the order of the stages
        draggable: false,
        lineStyle: { color: "source", opacity: 0.28, curveness: 0.5 },
        label: {
          color: token("ink-soft"),
          fontSize: 11,
          width: 118,
          overflow: "break",
          // The last column names the bands; the others would only stand in the way.
          formatter: (item) => {
            const node = item.data as { readonly step?: number; readonly stage?: string };
            return node.step === moments.length - 1 ? name(node.stage ?? "") : "";
          },
        },
        data: nodes,
        links,
      },
    ],
  };
}
