// What does retention show? The curve of complete offsets, and the triangle of cohorts as a table of heat; every cell opens its people.
import { groupCell, groupName, type Cell, type Group, type Opening, type Saying, type Table, type Value, type View } from "../../view";

interface RetainedCell {
  readonly count: number;
  readonly share: number | null;
  readonly complete: boolean;
}
export interface Retention {
  readonly unit: "day" | "week" | "month";
  readonly columns: readonly (readonly [number, number])[];
  readonly lines: readonly {
    readonly group: Group;
    readonly size: number;
    readonly cohorts: readonly { readonly cohort: string; readonly size: number; readonly cells: readonly (RetainedCell | null)[] }[];
    readonly curve: readonly { readonly size: number; readonly count: number; readonly share: number | null }[];
  }[];
}

export function retentionView(data: Retention, saying: Saying): View {
  const { t } = saying;
  const unit = t(`reports.unitsNth.${data.unit}`);
  const names = data.columns.map(([first, last]) => t("reports.offset", { unit, n: first === last ? `${first}` : `${first}–${last}` }));
  const all = data.lines.find(({ group }) => group === null) ?? data.lines[0];
  const grouped = data.lines.length > 1;
  // Whoever came back by then, and whoever did not, stand side by side.
  const openingOf = (cell: Cell, back: string, gone: string): Required<Opening> => ({
    cell,
    label: back,
    sides: [
      { word: t("reports.cameBack"), cell, label: back },
      { word: t("reports.notBack"), cell: { ...cell, outcome: "lost" }, label: gone },
    ],
  });
  const triangle = (line: Retention["lines"][number]): Table => ({
    key: `triangle ${groupName(line.group, saying)}`,
    title: grouped ? `${t("reports.triangle")} · ${groupName(line.group, saying)}` : t("reports.triangle"),
    columns: [
      { key: "cohort", title: t("reports.cohort"), format: "bucket" },
      { key: "size", title: t("reports.size"), format: "count" },
      ...names.map((title, place) => ({ key: `${place}`, title, format: "share" as const })),
    ],
    rows: line.cohorts
      .filter(({ size }) => size > 0)
      .map(({ cohort, size, cells }): Value[] => [
        { value: cohort },
        { value: size, cell: { cohort, ...groupCell(line.group) }, label: t("reports.cohortOf", { cohort }) },
        ...cells.map((cell, column): Value => {
          if (cell === null) return { value: null };
          const words = { cohort, offset: names[column] ?? "" };
          return {
            value: cell.share,
            heat: cell.share ?? 0,
            ...openingOf({ cohort, column, ...groupCell(line.group) }, t("reports.returned", words), t("reports.notReturned", words)),
            ...(cell.complete ? {} : { growing: true }),
          };
        }),
      ]),
  });
  const figures = (all?.curve ?? []).flatMap(({ share }, column) => {
    const offset = names[column] ?? "";
    const opening = openingOf({ column }, t("reports.returnedOfAll", { offset }), t("reports.notReturnedOfAll", { offset }));
    return column === 0 && names.length > 1 ? [] : [{ name: offset, value: share, ...opening }];
  });
  return {
    empty: (all?.size ?? 0) === 0,
    figures: [
      { name: t("reports.inCohorts"), value: all?.size ?? 0, format: "count", cell: {}, label: t("reports.inCohorts") },
      ...figures.slice(0, 4).map((one) => ({ ...one, format: "share" as const })),
    ],
    pictures: [
      {
        kind: "lines",
        key: "curve",
        title: t("reports.curve"),
        note: t("reports.curveNote"),
        format: "share",
        axis: "text",
        places: names,
        lines: data.lines.map(({ group, curve }) => ({
          name: groupName(group, saying),
          values: curve.map(({ share }) => share),
          opens: curve.map((_, column) => {
            const words = { offset: names[column] ?? "" };
            return openingOf({ column, ...groupCell(group) }, t("reports.returnedOfAll", words), t("reports.notReturnedOfAll", words));
          }),
        })),
      },
    ],
    tables: data.lines.map(triangle),
  };
}
