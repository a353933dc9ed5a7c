// What does a funnel show? How many get through, where they are lost, and how long it takes; by group where that was asked for.
import { groupCell, groupName, stepName, type Cell, type Group, type Saying, type Table, type Value, type View } from "../../view";
import { binColumns, binRows } from "../bins";

interface Step {
  readonly count: number;
  readonly lost: number;
  readonly of_first: number | null;
  readonly of_previous: number | null;
  readonly median_seconds: number | null;
  readonly median_seconds_from_first: number | null;
}
export interface Funnel {
  readonly order: string;
  readonly count: "people" | "entries";
  readonly steps: readonly { readonly name: string; readonly event: string | null }[];
  readonly bins: readonly number[];
  readonly lines: readonly {
    readonly group: Group;
    readonly steps: readonly Step[];
    readonly conversion: number | null;
    readonly time: { readonly median_seconds: number | null };
    readonly histogram: readonly number[];
  }[];
}

export function funnelView(data: Funnel, saying: Saying): View {
  const { t } = saying;
  const names = data.steps.map(({ name }, place) =>
    data.order === "any" ? t("reports.stepsDone", { count: place + 1 }) : `${place + 1}. ${stepName(name, t)}`,
  );
  const all = data.lines.find(({ group }) => group === null) ?? data.lines[0];
  const grouped = data.lines.length > 1;
  const last = data.steps.length;
  const counted = t(`reports.counted.${data.count}`);
  const cellOf = (group: Group, step: number, outcome?: "lost"): Cell => ({ step, ...(outcome ? { outcome } : {}), ...groupCell(group) });
  const opening = (value: number, name: string, cell: Cell): Value => ({ value, cell, label: name });
  const table: Table = {
    key: "steps",
    title: t("reports.steps"),
    columns: [
      ...(grouped ? [{ key: "group", title: t("reports.group"), format: "text" as const }] : []),
      { key: "step", title: t("reports.step"), format: "text" },
      { key: "count", title: counted, format: "count" },
      { key: "of_first", title: t("reports.ofFirst"), format: "share" },
      { key: "of_previous", title: t("reports.ofPrevious"), format: "share" },
      { key: "lost", title: t("reports.lost"), format: "count" },
      { key: "median", title: t("reports.medianFromPrevious"), format: "seconds" },
    ],
    rows: data.lines.flatMap(({ group, steps }) =>
      steps.map((step, place): Value[] => [
        ...(grouped ? [{ value: groupName(group, saying) }] : []),
        { value: names[place] ?? "" },
        opening(step.count, names[place] ?? "", cellOf(group, place + 1)),
        { value: step.of_first },
        { value: step.of_previous },
        // Whoever did the last step is not lost.
        place + 1 === last
          ? { value: null }
          : opening(step.lost, t("reports.lostAfter", { step: names[place] ?? "" }), cellOf(group, place + 1, "lost")),
        { value: step.median_seconds },
      ]),
    ),
  };
  const entered = all?.steps[0]?.count ?? 0;
  const finished = all?.steps[last - 1]?.count ?? 0;
  return {
    empty: entered === 0,
    figures: [
      { name: t("reports.conversion"), value: all?.conversion ?? null, format: "share" },
      { name: t("reports.entered"), format: "count", ...opening(entered, t("reports.entered"), cellOf(null, 1)) },
      { name: t("reports.finished"), format: "count", ...opening(finished, t("reports.finished"), cellOf(null, last)) },
      { name: t("reports.medianTime"), value: all?.time.median_seconds ?? null, format: "seconds" },
    ],
    pictures: [
      {
        kind: "bars",
        key: "steps",
        title: t("reports.throughSteps"),
        format: "share",
        axis: "text",
        places: names,
        lines: data.lines.map(({ group, steps }) => ({
          name: groupName(group, saying),
          values: steps.map(({ of_first }) => of_first),
          opens: steps.map((_, place) => ({ cell: cellOf(group, place + 1), label: names[place] ?? "" })),
        })),
      },
    ],
    tables: [
      table,
      ...(finished > 0 && all
        ? [{ key: "time", title: t("reports.timeToConvert"), columns: binColumns(counted, t), rows: binRows(data.bins, all.histogram, t) }]
        : []),
    ],
  };
}
