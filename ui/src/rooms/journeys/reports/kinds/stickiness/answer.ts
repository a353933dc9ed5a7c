// What does stickiness show? On how many days, weeks or months of the period people were active.
import type { Saying, Value, View } from "../../view";

export interface Stickiness {
  readonly unit: "day" | "week" | "month";
  readonly units: number;
  readonly people: number;
  readonly average: number | null;
  readonly ratio: number | null;
  readonly distribution: readonly { readonly units: number; readonly people: number; readonly at_least: number }[];
}

export function stickinessView(data: Stickiness, { t }: Saying): View {
  const unit = t(`reports.unitsActive.${data.unit}`);
  const label = (count: number): string => `${unit}: ${count}`;
  return {
    empty: data.people === 0,
    figures: [
      { name: t("reports.ratio"), value: data.ratio, format: "share", note: t("reports.ratioNote") },
      {
        name: t("reports.people"),
        value: data.people,
        format: "count",
        cell: { units: 1, at_least: true },
        label: t("reports.people"),
      },
      { name: t("reports.averageUnits", { unit }), value: data.average, format: "number" },
    ],
    pictures: [
      {
        kind: "bars",
        key: "units",
        title: unit,
        format: "count",
        axis: "text",
        places: data.distribution.map(({ units }) => `${units}`),
        lines: [
          {
            name: t("reports.people"),
            values: data.distribution.map(({ people }) => people),
            opens: data.distribution.map(({ units }) => ({ cell: { units }, label: label(units) })),
          },
        ],
      },
    ],
    tables: [
      {
        key: "units",
        title: t("reports.numbers"),
        columns: [
          { key: "units", title: unit, format: "number" },
          { key: "people", title: t("reports.exactly"), format: "count" },
          { key: "at_least", title: t("reports.atLeast"), format: "count" },
          { key: "share", title: t("reports.shareAtLeast"), format: "share" },
        ],
        rows: data.distribution.map(({ units, people, at_least }): Value[] => [
          { value: units },
          { value: people, cell: { units }, label: label(units) },
          { value: at_least, cell: { units, at_least: true }, label: `≥ ${label(units)}` },
          { value: data.people === 0 ? null : at_least / data.people, heat: data.people === 0 ? 0 : at_least / data.people },
        ]),
      },
    ],
  };
}
