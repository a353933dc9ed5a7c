// What does the overview show as a report? People, orders, revenue and events of the period, day by day, and what happened.
import type { TFunction } from "i18next";

import type { Overview } from "@/api/contract";
import { estimated, type Saying, type Table, type Value, type View } from "../../view";

export function overviewView(data: Overview, { t }: Saying): View {
  const people = t("reports.people");
  const days = data.series.map(({ day }) => ({ cell: { day }, label: `${people} · ${day}` }));
  const places = data.series.map(({ day }) => day);
  return {
    empty: data.people === 0 && Object.keys(data.events).length === 0,
    figures: [
      { name: people, value: data.people, format: "count", cell: {}, label: people, ...estimated(data, "people") },
      {
        name: t("overview.newPeople"),
        value: data.new_people,
        format: "count",
        cell: { who: "new" },
        label: t("overview.newPeople"),
        ...estimated(data, "new_people"),
      },
      {
        name: t("reports.withId"),
        value: data.identified,
        format: "count",
        cell: { who: "identified" },
        label: t("reports.withId"),
        ...estimated(data, "identified"),
      },
      { name: t("overview.orders"), value: data.orders, format: "count", ...estimated(data, "orders") },
      { name: t("overview.revenue"), value: data.revenue_minor, format: "money", ...estimated(data, "revenue_minor") },
    ],
    pictures: [
      {
        kind: "lines",
        key: "actives",
        title: t("overview.measures.actives"),
        format: "count",
        axis: "bucket",
        places,
        lines: [{ name: t("overview.measures.actives"), values: data.series.map(({ actives }) => actives), opens: days }],
      },
      {
        kind: "lines",
        key: "revenue",
        title: t("overview.revenue"),
        format: "money",
        axis: "bucket",
        places,
        lines: [{ name: t("overview.revenue"), values: data.series.map(({ revenue_minor }) => revenue_minor) }],
      },
    ],
    tables: tablesOf(data, t),
  };
}

function tablesOf(data: Overview, t: TFunction): Table[] {
  const people = t("reports.people");
  return [
    {
      key: "events",
      title: t("overview.events"),
      columns: [
        { key: "event", title: t("reports.fields.step"), format: "text" },
        { key: "events", title: t("overview.events"), format: "count" },
        { key: "people", title: people, format: "count" },
      ],
      rows: Object.entries(data.events).map(([name, count]): Value[] => [
        { value: name },
        { value: count },
        { value: data.event_people[name] ?? 0, cell: { event: name }, label: `${people} · ${name}` },
      ]),
    },
    {
      key: "days",
      title: t("reports.numbers"),
      columns: [
        { key: "day", title: t("reports.units.day"), format: "bucket" },
        { key: "people", title: people, format: "count" },
        { key: "events", title: t("overview.events"), format: "count" },
        { key: "orders", title: t("overview.orders"), format: "count" },
        { key: "revenue", title: t("overview.revenue"), format: "money" },
      ],
      rows: data.series.map((row): Value[] => [
        { value: row.day },
        { value: row.actives, cell: { day: row.day }, label: `${people} · ${row.day}` },
        { value: row.events },
        { value: row.orders },
        { value: row.revenue_minor },
      ]),
    },
  ];
}
