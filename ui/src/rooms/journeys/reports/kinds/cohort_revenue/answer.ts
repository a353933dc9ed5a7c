// What does cohort revenue show? What a customer of each cohort has brought so far, stretch by stretch after they came.
import {
  groupCell,
  groupName,
  type Cell as Place,
  type Group,
  type Opening,
  type Saying,
  type Table,
  type Value,
  type View,
} from "../../view";

interface Cell {
  readonly cumulative_minor: number;
  readonly per_person_minor: number | null;
  readonly paying: number;
  readonly complete: boolean;
}
export interface CohortRevenue {
  readonly unit: "day" | "week" | "month";
  readonly columns: number;
  readonly lines: readonly {
    readonly group: Group;
    readonly size: number;
    readonly cohorts: readonly { readonly cohort: string; readonly size: number; readonly cells: readonly (Cell | null)[] }[];
    readonly curve: readonly { readonly size: number; readonly cumulative_minor: number; readonly per_person_minor: number | null }[];
  }[];
}

/** Averages of money are written in whole units of the smallest coin, as all money is. */
function whole(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

export function cohortRevenueView(data: CohortRevenue, saying: Saying): View {
  const { t } = saying;
  const unit = t(`reports.unitsNth.${data.unit}`);
  const names = Array.from({ length: data.columns }, (_, n) => t("reports.offset", { unit, n: `${n}` }));
  const all = data.lines.find(({ group }) => group === null) ?? data.lines[0];
  const grouped = data.lines.length > 1;
  const most = Math.max(
    1,
    ...data.lines.flatMap(({ cohorts }) => cohorts.flatMap(({ cells }) => cells.map((cell) => cell?.per_person_minor ?? 0))),
  );
  const openingOf = (cell: Place, paid: string, unpaid: string): Required<Opening> => ({
    cell,
    label: paid,
    sides: [
      { word: t("reports.paid"), cell, label: paid },
      { word: t("reports.unpaid"), cell: { ...cell, outcome: "not_paying" }, label: unpaid },
    ],
  });
  const titled = (title: string, group: Group): string => (grouped ? `${title} · ${groupName(group, saying)}` : title);
  const tableOf = (line: CohortRevenue["lines"][number], of: "per_person" | "paying"): Table => ({
    key: `${of} ${groupName(line.group, saying)}`,
    title: titled(t(of === "per_person" ? "reports.perPerson" : "reports.payingPeople"), line.group),
    columns: [
      { key: "cohort", title: t("reports.cohort"), format: "bucket" },
      { key: "size", title: t("reports.size"), format: "count" },
      ...names.map((title, place) => ({ key: `${place}`, title, format: of === "per_person" ? ("money" as const) : ("count" as const) })),
    ],
    rows: line.cohorts
      .filter(({ size }) => size > 0)
      .map(({ cohort, size, cells }): Value[] => [
        { value: cohort },
        { value: size, cell: { cohort, ...groupCell(line.group) }, label: t("reports.cohortOf", { cohort }) },
        ...cells.map((cell, column): Value => {
          if (cell === null) return { value: null };
          const growing = cell.complete ? {} : { growing: true };
          if (of === "per_person") return { value: whole(cell.per_person_minor), heat: (cell.per_person_minor ?? 0) / most, ...growing };
          const words = { cohort, offset: names[column] ?? "" };
          const place = { cohort, column, ...groupCell(line.group) };
          const opening = openingOf(place, t("reports.paidBy", words), t("reports.unpaidBy", words));
          return { value: cell.paying, heat: cell.paying / size, ...opening, ...growing };
        }),
      ]),
  });
  const curve = all?.curve ?? [];
  const ripe = curve.findLastIndex(({ size }) => size > 0);
  return {
    empty: (all?.size ?? 0) === 0,
    figures: [
      { name: t("reports.ltv"), value: whole(curve[ripe]?.per_person_minor ?? null), format: "money", note: names[ripe] ?? "" },
      { name: t("reports.inCohorts"), value: all?.size ?? 0, format: "count", cell: {}, label: t("reports.inCohorts") },
    ],
    pictures: [
      {
        kind: "lines",
        key: "curve",
        title: t("reports.ltv"),
        note: t("reports.curveNote"),
        format: "money",
        axis: "text",
        places: names,
        lines: data.lines.map((line) => ({
          name: groupName(line.group, saying),
          values: line.curve.map(({ per_person_minor }) => whole(per_person_minor)),
          opens: line.curve.map((_, column) => {
            const words = { offset: names[column] ?? "" };
            return openingOf({ column, ...groupCell(line.group) }, t("reports.paidOfAll", words), t("reports.unpaidOfAll", words));
          }),
        })),
      },
    ],
    tables: data.lines.flatMap((line) => [tableOf(line, "per_person"), tableOf(line, "paying")]),
  };
}
