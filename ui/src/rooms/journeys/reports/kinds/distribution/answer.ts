// What does a distribution show? How many people have how much of the measure.
import { textOf } from "../../spec";
import type { Format, Saying, Value, View } from "../../view";

export interface Distribution {
  readonly bins: readonly { readonly from: number; readonly to: number | null; readonly people: number; readonly share: number | null }[];
  readonly below: number;
  readonly people: number;
  readonly total: number | null;
  readonly average: number | null;
  readonly median: number | null;
  readonly p90: number | null;
  readonly maximum: number | null;
}

export function distributionView(data: Distribution, { spec, t }: Saying): View {
  const measure = textOf(spec.measure) || "events";
  const format: Format = measure === "revenue" ? "money" : "number";
  const people = t("reports.people");
  return {
    empty: data.people === 0,
    figures: [
      { name: people, value: data.people, format: "count", cell: {}, label: people },
      { name: t("reports.median"), value: data.median, format },
      { name: t("reports.average"), value: data.average, format },
      { name: t("reports.p90"), value: data.p90, format },
      { name: t("reports.maximum"), value: data.maximum, format },
      { name: t("reports.total"), value: data.total, format },
    ],
    pictures: [
      {
        kind: "bars",
        key: "bins",
        title: t(`reports.options.measure.${measure}` as "reports.options.measure.events"),
        format: "count",
        axis: "text",
        places: data.bins.map(({ from }) => `${from}`),
        edges: format,
        lines: [
          {
            name: people,
            values: data.bins.map((bin) => bin.people),
            opens: data.bins.map((_, bin) => ({ cell: { bin }, label: people })),
          },
        ],
      },
    ],
    tables: [
      {
        key: "bins",
        title: t("reports.numbers"),
        ...(data.below > 0 ? { note: t("reports.belowFirst", { count: data.below }) } : {}),
        columns: [
          { key: "from", title: t("reports.from"), format },
          { key: "to", title: t("reports.below"), format },
          { key: "people", title: people, format: "count" },
          { key: "share", title: t("reports.share"), format: "share" },
        ],
        rows: data.bins.map(({ from, to, people: count, share }, bin): Value[] => [
          { value: from },
          { value: to },
          { value: count, cell: { bin }, label: people, heat: share ?? 0 },
          { value: share },
        ]),
      },
    ],
  };
}
