// What does a trend show? Every line over time, with its total over the whole period; beside an earlier one where that was asked for.
import { listOf, type Spec } from "../../spec";
import {
  groupCell,
  groupName,
  stepName,
  type Cell,
  type Column,
  type Format,
  type Group,
  type Opening,
  type Saying,
  type Value,
  type View,
} from "../../view";

interface Line {
  readonly group: Group;
  readonly values: readonly (number | null)[];
  readonly total: number | null;
}
interface Period {
  readonly buckets: readonly string[];
  readonly complete: readonly boolean[];
  readonly series: readonly { readonly name: string; readonly measure: string; readonly lines: readonly Line[] }[];
  readonly formulas: readonly { readonly name: string; readonly unit?: "money" | "number"; readonly lines: readonly Line[] }[];
}
export interface Trend extends Period {
  readonly unit: "hour" | "day" | "week" | "month";
  readonly previous: (Period & { readonly first_day: string; readonly last_day: string }) | null;
}

interface Named extends Line {
  readonly name: string;
  readonly format: Format;
  /** Null for formulas: nobody is behind a quotient. */
  readonly cell: Cell | null;
  readonly past: boolean;
}

const COUNTS = new Set(["events", "people"]);
const MOST = 6;

function formatOf(measure: string): Format {
  if (measure === "revenue") return "money";
  return COUNTS.has(measure) ? "count" : "number";
}

function linesOf(period: Period, saying: Saying, past: boolean): Named[] {
  const { spec, t } = saying;
  const asked: readonly Spec[] = listOf(spec.series);
  const grouped = spec.breakdown != null;
  const single = period.series.length === 1;
  const said = (name: string, group: Group): string => {
    const whole = group === null ? name : single ? groupName(group, saying) : `${name} · ${groupName(group, saying)}`;
    const shown = group === null && grouped ? `${name} · ${t("reports.all")}` : whole;
    return past ? t("reports.before", { name: shown }) : shown;
  };
  const series = period.series.flatMap((one, place) =>
    one.lines.map((line): Named => {
      const labelled = asked[place]?.label != null;
      const name = labelled ? one.name : `${stepName(one.name, t)} · ${t(`reports.measures.${one.measure}` as "reports.measures.events")}`;
      const cell = { ...(place > 0 ? { series: place } : {}), ...groupCell(line.group), ...(past ? { previous: true } : {}) };
      return { ...line, name: said(name, line.group), format: formatOf(one.measure), cell, past };
    }),
  );
  const formulas = period.formulas.flatMap((one) =>
    one.lines.map((line): Named => ({
      ...line,
      name: said(one.name, line.group),
      format: one.unit === "money" ? "money" : "number",
      cell: null,
      past,
    })),
  );
  return [...series, ...formulas];
}

function placesOf(period: Period | null, cell: Cell, label: string): Opening[] {
  return (period?.buckets ?? []).map((bucket) => ({ cell: { ...cell, bucket }, label }));
}

export function trendView(data: Trend, saying: Saying): View {
  const { t } = saying;
  const now = linesOf(data, saying, false);
  const before = data.previous ? linesOf(data.previous, saying, true) : [];
  const lines = [...now, ...before];
  const open = ({ cell, name }: Named, more: Cell): Partial<Value> => (cell === null ? {} : { cell: { ...cell, ...more }, label: name });
  const columns: Column[] = [
    { key: "bucket", title: t(`reports.units.${data.unit}`), format: "bucket" },
    ...lines.map((line, place) => ({ key: `${place}`, title: line.name, format: line.format })),
  ];
  const totals: Value[] = [
    { value: t("reports.wholePeriod"), format: "text" },
    ...lines.map((line): Value => ({ value: line.total, ...open(line, {}) })),
  ];
  const rows = data.buckets.map((bucket, at): Value[] => [
    { value: bucket, ...(data.complete[at] === false ? { growing: true } : {}) },
    ...lines.map((line): Value => {
      const own = line.past ? data.previous?.buckets[at] : bucket;
      return { value: line.values[at] ?? null, ...(own === undefined ? {} : open(line, { bucket: own })) };
    }),
  ]);
  const formats = [...new Set(now.map(({ format }) => format))];
  return {
    empty: now.every(({ total }) => total === null || total === 0) && before.every(({ total }) => total === null || total === 0),
    figures: lines.slice(0, MOST).map((line) => ({ name: line.name, format: line.format, value: line.total, ...open(line, {}) })),
    // Numbers of different kinds have no axis in common.
    pictures: formats.map((format) => ({
      kind: "lines" as const,
      key: format,
      title: t("reports.overTime"),
      format,
      axis: "bucket" as const,
      places: data.buckets,
      lines: lines
        .filter((line) => line.format === format)
        .map(({ name, values, past, cell }) => ({
          name,
          values,
          past,
          ...(cell === null ? {} : { opens: placesOf(past ? data.previous : data, cell, name) }),
        })),
    })),
    tables: [{ key: "lines", title: t("reports.numbers"), columns, rows: [totals, ...rows] }],
  };
}
