// What does penetration show? Which share of the active people uses each feature, in all and over time.
import { stepName, type Saying, type Value, type View } from "../../view";

export interface Penetration {
  readonly unit: "day" | "week" | "month";
  readonly buckets: readonly string[];
  readonly complete: readonly boolean[];
  readonly base: readonly number[];
  readonly base_people: number;
  readonly features: readonly {
    readonly name: string;
    readonly people: number;
    readonly share: number | null;
    readonly values: readonly number[];
    readonly shares: readonly (number | null)[];
  }[];
}

export function penetrationView(data: Penetration, { t }: Saying): View {
  const active = t("reports.activePeople");
  const names = data.features.map(({ name }) => stepName(name, t));
  return {
    empty: data.base_people === 0,
    figures: [
      { name: active, value: data.base_people, format: "count", cell: {}, label: active },
      ...data.features.slice(0, 5).map(({ share, people }, feature) => ({
        name: names[feature] ?? "",
        value: share,
        format: "share" as const,
        cell: { feature },
        label: names[feature] ?? "",
        note: t("reports.usedBy", { count: people }),
      })),
    ],
    pictures: [
      {
        kind: "lines",
        key: "shares",
        title: t("reports.overTime"),
        format: "share",
        axis: "bucket",
        places: data.buckets,
        lines: data.features.map(({ shares }, feature) => ({
          name: names[feature] ?? "",
          values: shares,
          opens: data.buckets.map((bucket) => ({ cell: { feature, bucket }, label: `${names[feature] ?? ""} · ${bucket}` })),
        })),
      },
    ],
    tables: [
      {
        key: "features",
        title: t("reports.features"),
        columns: [
          { key: "feature", title: t("reports.feature"), format: "text" },
          { key: "used", title: t("reports.used"), format: "count" },
          { key: "not_used", title: t("reports.notUsed"), format: "count" },
          { key: "share", title: t("reports.share"), format: "share" },
        ],
        rows: data.features.map(({ people, share }, feature): Value[] => [
          { value: names[feature] ?? "" },
          { value: people, cell: { feature }, label: names[feature] ?? "" },
          {
            value: data.base_people - people,
            cell: { feature, outcome: "not_used" },
            label: `${t("reports.notUsed")} · ${names[feature] ?? ""}`,
          },
          { value: share, heat: share ?? 0 },
        ]),
      },
      {
        key: "buckets",
        title: t("reports.numbers"),
        columns: [
          { key: "bucket", title: t(`reports.units.${data.unit}`), format: "bucket" },
          { key: "base", title: active, format: "count" },
          ...names.map((title, feature) => ({ key: `${feature}`, title, format: "count" as const })),
        ],
        rows: data.buckets.map((bucket, at): Value[] => [
          { value: bucket, ...(data.complete[at] === false ? { growing: true } : {}) },
          { value: data.base[at] ?? 0, cell: { bucket }, label: `${active} · ${bucket}` },
          ...data.features.map(({ values }, feature): Value => ({
            value: values[at] ?? 0,
            cell: { feature, bucket },
            label: `${names[feature] ?? ""} · ${bucket}`,
          })),
        ]),
      },
    ],
  };
}
