// What do sessions show? How many visits of how many people, how deep and long they are, day by day, and where they begin, end and come from.
import type { TFunction } from "i18next";

import { estimated, type Estimated, type Figure, type Saying, type Table, type Value, type View } from "../../view";

interface Counts {
  readonly sessions: number;
  readonly bounces: number;
  readonly revenue_minor: number;
}
interface Top extends Counts {
  readonly name: string;
  readonly people: number;
}
interface Spread {
  readonly average: number | null;
  readonly median: number | null;
}
export interface Sessions extends Estimated {
  readonly sessions: number;
  readonly people: number;
  readonly bounce_rate: number | null;
  readonly seconds: Spread;
  readonly pages: Spread;
  readonly engaged: Spread & { readonly sessions: number };
  readonly revenue_minor: number;
  readonly series: readonly (Counts & { readonly day: string; readonly people: number })[];
  readonly entry_pages: readonly Top[];
  readonly exit_pages: readonly Top[];
  readonly sources: readonly Top[];
}

const FIELDS = { entry_pages: "entry_page", exit_pages: "exit_page", sources: "source" } as const;

export function sessionsView(data: Sessions, { t }: Saying): View {
  const counts = [
    { key: "sessions", title: t("reports.sessions"), format: "count" as const },
    { key: "bounces", title: t("reports.bounces"), format: "count" as const },
    { key: "revenue", title: t("reports.revenue"), format: "money" as const },
  ];
  const people = t("reports.people");
  const top = (key: keyof typeof FIELDS): Table => ({
    key,
    title: t(`reports.tops.${key}`),
    columns: [
      { key: "name", title: t(key === "sources" ? "reports.source" : "reports.page"), format: "text" },
      { key: "people", title: people, format: "count" },
      ...counts,
    ],
    rows: data[key].map((row): Value[] => {
      const name = row.name === "" ? t("reports.direct") : row.name;
      const cell = { [FIELDS[key]]: row.name };
      const whole = `${t(`reports.tops.${key}`)} · ${name}`;
      return [
        { value: name },
        { value: row.people, cell, label: `${whole} · ${people}` },
        { value: row.sessions, cell, label: `${whole} · ${people}`, counts: `${whole} · ${t("reports.sessions")}` },
        { value: row.bounces, cell: { ...cell, bounced: true }, label: `${whole} · ${t("reports.bounced")}` },
        { value: row.revenue_minor, cell: { ...cell, paid: true }, label: `${whole} · ${t("reports.paidInVisit")}` },
      ];
    }),
  });
  const days = data.series.map(({ day }) => ({ cell: { day }, label: `${people} · ${day}` }));
  return {
    empty: data.sessions === 0,
    figures: figuresOf(data, t),
    pictures: [
      {
        kind: "lines",
        key: "days",
        title: t("reports.overTime"),
        format: "count",
        axis: "bucket",
        places: data.series.map(({ day }) => day),
        lines: [
          { name: t("reports.sessions"), values: data.series.map(({ sessions }) => sessions), opens: days },
          { name: people, values: data.series.map((row) => row.people), opens: days },
        ],
      },
    ],
    tables: [
      {
        key: "days",
        title: t("reports.numbers"),
        columns: [
          { key: "day", title: t("reports.units.day"), format: "bucket" },
          { key: "people", title: people, format: "count" },
          ...counts,
        ],
        rows: data.series.map((row): Value[] => [
          { value: row.day },
          { value: row.people, cell: { day: row.day }, label: `${people} · ${row.day}` },
          { value: row.sessions, cell: { day: row.day }, label: `${people} · ${row.day}`, counts: `${t("reports.sessions")} · ${row.day}` },
          { value: row.bounces, cell: { day: row.day, bounced: true }, label: `${t("reports.bounced")} · ${row.day}` },
          { value: row.revenue_minor, cell: { day: row.day, paid: true }, label: `${t("reports.paidInVisit")} · ${row.day}` },
        ]),
      },
      top("entry_pages"),
      top("exit_pages"),
      top("sources"),
    ],
  };
}

function figuresOf(data: Sessions, t: TFunction): Figure[] {
  const people = t("reports.people");
  const all = (counts: string) => ({ cell: {}, label: people, counts });
  return [
    { name: t("reports.sessions"), value: data.sessions, format: "count", ...all(t("reports.sessions")), ...estimated(data, "sessions") },
    { name: people, value: data.people, format: "count", cell: {}, label: people, ...estimated(data, "people") },
    { name: t("reports.bounceRate"), value: data.bounce_rate, format: "share", cell: { bounced: true }, label: t("reports.bounced") },
    { name: t("reports.medianLength"), value: data.seconds.median, format: "seconds", ...all(t("reports.medianLength")) },
    { name: t("reports.pagesEach"), value: data.pages.average, format: "number", ...all(t("reports.pagesEach")) },
    {
      name: t("reports.engagedTime"),
      value: data.engaged.median,
      format: "seconds",
      cell: { engaged: true },
      label: t("reports.engagedTime"),
    },
  ];
}
