// What does a map show as a report? How many touch each stage and touchpoint, go on, are lost, and how long they take and stay.
import { pictureOf } from "../../../map/joined";
import type { JourneyAnswer, PlaceNumbers, PointNumbers } from "../../../map/contract";
import type { Cell, Column, Saying, Table, Value, View } from "../../view";

export function journeyMapView(answer: JourneyAnswer, { t }: Saying): View {
  const { period, previous } = answer;
  const people = t("reports.people");
  const before = new Map(
    (previous?.stages ?? []).flatMap((stage) => [stage, ...stage.touchpoints]).map((one) => [one.key, one.people] as const),
  );
  const compared: Column[] = previous ? [{ key: "before", title: t("reports.mapBefore"), format: "count" }] : [];
  const columns: Column[] = [
    { key: "people", title: people, format: "count" },
    ...compared,
    { key: "events", title: t("overview.events"), format: "count" },
    { key: "onward", title: t("journeyMap.of.onward"), format: "count" },
    { key: "lost", title: t("journeyMap.of.lost"), format: "count" },
    { key: "share", title: t("reports.goOn"), format: "share" },
    { key: "taken", title: t("reports.medianTime"), format: "seconds" },
  ];
  const row = (one: PlaceNumbers, where: Cell): Value[] => [
    { value: one.people, cell: where, label: `${one.name} · ${people}` },
    ...(previous ? [{ value: before.get(one.key) ?? null, cell: { ...where, previous: true }, label: `${one.name} · ${people}` }] : []),
    { value: one.events, cell: where, label: `${one.name} · ${people}`, counts: `${one.name} · ${t("overview.events")}` },
    ...(one.onward
      ? [
          { value: one.onward.people, cell: { ...where, of: "onward" }, label: `${one.name} · ${t("journeyMap.of.onward")}` },
          { value: one.onward.lost, cell: { ...where, of: "lost" }, label: `${one.name} · ${t("journeyMap.of.lost")}` },
          { value: one.onward.conversion },
          { value: one.onward.median_seconds },
        ]
      : [{ value: null }, { value: null }, { value: null }, { value: null }]),
  ];
  const stages: Table = {
    key: "stages",
    title: t("reports.stages"),
    columns: [{ key: "stage", title: t("reports.stage"), format: "text" }, ...columns],
    rows: period.stages.map((stage) => [{ value: stage.name }, ...row(stage, { stage: stage.key })]),
  };
  const point = (one: PointNumbers): Value[] => [
    { value: one.visits.bounce_rate, cell: { touchpoint: one.key, of: "ended" }, label: `${one.name} · ${t("journeyMap.of.ended")}` },
    { value: one.dwell.median_seconds, cell: { touchpoint: one.key, of: "dwelled" }, label: `${one.name} · ${t("journeyMap.of.dwelled")}` },
  ];
  const points: Table = {
    key: "touchpoints",
    title: t("reports.touchpoints"),
    columns: [
      { key: "touchpoint", title: t("reports.touchpoint"), format: "text" },
      ...columns,
      { key: "bounce", title: t("reports.bounceRate"), format: "share" },
      { key: "dwell", title: t("reports.medianStay"), format: "seconds" },
    ],
    rows: period.stages.flatMap((stage) =>
      stage.touchpoints.map((one) => [{ value: one.name }, ...row(one, { touchpoint: one.key }), ...point(one)]),
    ),
  };
  return {
    empty: period.people === 0,
    figures: [{ name: t("reports.onTheMap"), value: period.people, format: "count", cell: {}, label: t("reports.onTheMap") }],
    pictures: [{ kind: "map", key: "map", title: t("reports.mapDrawn"), map: pictureOf(answer) }],
    tables: [stages, points],
  };
}
