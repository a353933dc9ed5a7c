// What does an interval show? How long it takes from one event to the other, as a spread over time, by group where that was asked for.
import { groupCell, groupName, type Group, type Saying, type Value, type View } from "../../view";
import { binColumns, binRows } from "../bins";

export interface Interval {
  readonly bins: readonly number[];
  readonly lines: readonly {
    readonly group: Group;
    readonly intervals: number;
    readonly people: number;
    readonly time: Readonly<Record<"average_seconds" | "median_seconds" | "p25_seconds" | "p75_seconds" | "p90_seconds", number | null>>;
    readonly histogram: readonly number[];
  }[];
}

const TIMES = ["average_seconds", "p25_seconds", "median_seconds", "p75_seconds", "p90_seconds"] as const;

export function intervalView(data: Interval, saying: Saying): View {
  const { t } = saying;
  const all = data.lines.find(({ group }) => group === null) ?? data.lines[0];
  const counted = { cell: {}, label: t("reports.people"), counts: t("reports.intervals") };
  const shown = binRows(data.bins, all?.histogram ?? [], t);
  return {
    empty: (all?.intervals ?? 0) === 0,
    figures: [
      { name: t("reports.times.median_seconds"), value: all?.time.median_seconds ?? null, format: "seconds" },
      { name: t("reports.times.average_seconds"), value: all?.time.average_seconds ?? null, format: "seconds" },
      { name: t("reports.intervals"), value: all?.intervals ?? 0, format: "count", ...counted },
      { name: t("reports.people"), value: all?.people ?? 0, format: "count", cell: {}, label: t("reports.people") },
    ],
    pictures: [
      {
        kind: "bars",
        key: "spread",
        title: t("reports.spread"),
        format: "count",
        axis: "text",
        places: shown.map(([edge]) => `${edge?.value ?? 0}`),
        edges: "seconds",
        lines: [
          {
            name: t("reports.intervals"),
            values: shown.map(([, , count]) => Number(count?.value ?? 0)),
            opens: shown.map(([, , count]) => (count?.cell ? { cell: count.cell, label: count.label ?? "" } : null)),
          },
        ],
      },
    ],
    tables: [
      { key: "spread", title: t("reports.spread"), columns: binColumns(t("reports.intervals"), t), rows: shown },
      {
        key: "times",
        title: t("reports.numbers"),
        columns: [
          { key: "group", title: t("reports.group"), format: "text" },
          { key: "intervals", title: t("reports.intervals"), format: "count" },
          { key: "people", title: t("reports.people"), format: "count" },
          ...TIMES.map((key) => ({ key, title: t(`reports.times.${key}`), format: "seconds" as const })),
        ],
        rows: data.lines.map(({ group, intervals, people, time }): Value[] => [
          { value: groupName(group, saying) },
          {
            value: intervals,
            cell: groupCell(group),
            label: groupName(group, saying),
            counts: `${groupName(group, saying)} · ${t("reports.intervals")}`,
          },
          { value: people, cell: groupCell(group), label: groupName(group, saying) },
          ...TIMES.map((key) => ({ value: time[key] })),
        ]),
      },
    ],
  };
}
