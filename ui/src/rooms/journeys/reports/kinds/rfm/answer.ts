// What does RFM show? The grid of how lately and how often people buy, and the nine groups with a name.
import type { Saying, Value, View } from "../../view";

interface Averages {
  readonly people: number;
  readonly revenue_minor: number;
  readonly average_recency_days: number | null;
  readonly average_frequency: number | null;
  readonly average_minor: number | null;
}
export interface Rfm {
  readonly people: number;
  readonly revenue_minor: number;
  readonly grid: readonly (Averages & { readonly r: number; readonly f: number; readonly segment: string })[];
  readonly segments: readonly (Averages & { readonly segment: string })[];
}

const SCORES = [5, 4, 3, 2, 1] as const;

export function rfmView(data: Rfm, { t }: Saying): View {
  const name = (segment: string): string => t(`reports.rfm.${segment}` as "reports.rfm.champions");
  const most = Math.max(1, ...data.grid.map(({ people }) => people));
  const at = (r: number, f: number): Rfm["grid"][number] | undefined => data.grid.find((one) => one.r === r && one.f === f);
  const row = ({ people, revenue_minor, average_recency_days, average_frequency, average_minor }: Averages): Value[] => [
    { value: people === 0 || data.people === 0 ? 0 : people / data.people },
    { value: revenue_minor },
    { value: average_recency_days },
    { value: average_frequency },
    { value: average_minor === null ? null : Math.round(average_minor) },
  ];
  return {
    empty: data.people === 0,
    figures: [
      { name: t("reports.buyers"), value: data.people, format: "count", cell: {}, label: t("reports.buyers") },
      { name: t("reports.revenue"), value: data.revenue_minor, format: "money" },
    ],
    pictures: [
      {
        kind: "grid",
        key: "grid",
        title: t("reports.rfmGrid"),
        note: t("reports.rfmNote"),
        rowsTitle: t("reports.recency"),
        columnsTitle: t("reports.frequency"),
        rowNames: SCORES.map((score) => `R ${score}`),
        columnNames: [...SCORES].reverse().map((score) => `F ${score}`),
        places: SCORES.map((r) =>
          [...SCORES].reverse().map((f) => {
            const one = at(r, f);
            const segment = name(one?.segment ?? "hibernating");
            const people = one?.people ?? 0;
            return { value: people, cell: { r, f }, label: `R ${r}, F ${f} · ${segment}`, text: segment, tone: people / most };
          }),
        ),
      },
    ],
    tables: [
      {
        key: "segments",
        title: t("reports.rfmSegments"),
        columns: [
          { key: "segment", title: t("reports.group"), format: "text" },
          { key: "people", title: t("reports.people"), format: "count" },
          { key: "share", title: t("reports.share"), format: "share" },
          { key: "revenue", title: t("reports.revenue"), format: "money" },
          { key: "recency", title: t("reports.averageRecency"), format: "number" },
          { key: "frequency", title: t("reports.averageFrequency"), format: "number" },
          { key: "money", title: t("reports.averageMoney"), format: "money" },
        ],
        rows: data.segments.map((one): Value[] => [
          { value: name(one.segment) },
          { value: one.people, cell: { segment: one.segment }, label: name(one.segment) },
          ...row(one),
        ]),
      },
    ],
  };
}
