// What does the lifecycle show? Who came, stayed, came back and went, stretch by stretch; those who went stand below the line.
import type { Opening, Saying, Value, View } from "../../view";

const STATES = ["new", "returning", "resurrecting", "dormant"] as const;
type State = (typeof STATES)[number] | "active";

export interface Lifecycle {
  readonly unit: "day" | "week" | "month";
  readonly buckets: readonly (Readonly<Record<State, number>> & { readonly bucket: string; readonly complete: boolean })[];
}

export function lifecycleView({ unit, buckets }: Lifecycle, { t }: Saying): View {
  const name = (state: State): string => t(`reports.states.${state}`);
  const last = buckets.findLast(({ complete }) => complete) ?? buckets.at(-1);
  const openingOf = (bucket: string, state: State): Opening => ({ cell: { bucket, state }, label: `${name(state)} · ${bucket}` });
  const opening = (bucket: Lifecycle["buckets"][number], state: State): Value => ({
    value: bucket[state],
    ...openingOf(bucket.bucket, state),
  });
  const columns = (["active", ...STATES] as const).map((state) => ({ key: state, title: name(state), format: "count" as const }));
  return {
    empty: buckets.every(({ active, dormant }) => active + dormant === 0),
    figures: last
      ? (["active", ...STATES] as const).map((state) => ({
          name: name(state),
          format: "count" as const,
          note: last.bucket,
          ...opening(last, state),
        }))
      : [],
    pictures: [
      {
        kind: "stack",
        key: "states",
        title: t("reports.overTime"),
        format: "count",
        axis: "bucket",
        places: buckets.map(({ bucket }) => bucket),
        lines: STATES.map((state) => ({
          name: name(state),
          values: buckets.map((one) => (state === "dormant" ? -one[state] : one[state])),
          opens: buckets.map(({ bucket }) => openingOf(bucket, state)),
        })),
      },
    ],
    tables: [
      {
        key: "states",
        title: t("reports.numbers"),
        columns: [{ key: "bucket", title: t(`reports.units.${unit}`), format: "bucket" }, ...columns],
        rows: buckets.map((one): Value[] => [
          { value: one.bucket, ...(one.complete ? {} : { growing: true }) },
          ...(["active", ...STATES] as const).map((state) => opening(one, state)),
        ]),
      },
    ],
  };
}
