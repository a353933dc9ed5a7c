import type { TFunction } from "i18next";
import { describe, expect, it } from "vitest";

import { csvOf } from "./csv";
import { attributionView } from "./kinds/attribution/answer";
import { cohortRevenueView } from "./kinds/cohort_revenue/answer";
import { distributionView } from "./kinds/distribution/answer";
import { funnelView } from "./kinds/funnel/answer";
import { intervalView } from "./kinds/interval/answer";
import { lifecycleView } from "./kinds/lifecycle/answer";
import { pathsView } from "./kinds/paths/answer";
import { penetrationView } from "./kinds/penetration/answer";
import { retentionView } from "./kinds/retention/answer";
import { rfmView } from "./kinds/rfm/answer";
import { sessionsView } from "./kinds/sessions/answer";
import { stickinessView } from "./kinds/stickiness/answer";
import { trendView } from "./kinds/trend/answer";
import { opened, type Table, type View } from "./view";

/** Says the last part of a key and what is filled in. */
const t = ((key: string, holes?: Record<string, unknown>) =>
  [key.split(".").at(-1), ...Object.values(holes ?? {}).map(String)].join(" ")) as unknown as TFunction;
const saying = (spec = {}) => ({ spec, t, language: "en" as const });
const SPREAD = { average: 1, median: 1 };
const TIME = { average_seconds: 6, median_seconds: 5, p25_seconds: 1, p75_seconds: 2, p90_seconds: 3 };

const values = (table: Table | undefined): unknown[][] => (table?.rows ?? []).map((row) => row.map(({ value }) => value));
const cells = (table: Table | undefined): unknown[] => (table?.rows ?? []).flat().flatMap(({ cell }) => (cell ? [cell] : []));

const ALL: Record<string, View> = {
  trend: trendView(
    {
      unit: "day",
      buckets: ["2026-03-01", "2026-03-02"],
      complete: [true, false],
      series: [
        {
          name: "Bought",
          measure: "people",
          lines: [
            { group: null, values: [3, 1], total: 4 },
            { group: { value: null, other: false }, values: [1, 0], total: 1 },
            { group: { value: null, other: true }, values: [2, 1], total: 3 },
          ],
        },
      ],
      formulas: [{ name: "Twice", lines: [{ group: null, values: [6, null], total: 8 }] }],
      previous: null,
    },
    saying({ series: [{ event: "Bought" }], breakdown: { column: "os" } }),
  ),
  funnel: funnelView(
    {
      order: "ordered",
      count: "people",
      steps: [
        { name: "A", event: "A" },
        { name: "", event: null },
      ],
      bins: [0, 60, 3600],
      lines: [
        {
          group: null,
          steps: [
            { count: 8, lost: 6, of_first: 1, of_previous: null, median_seconds: null, median_seconds_from_first: null },
            { count: 2, lost: 0, of_first: 0.25, of_previous: 0.25, median_seconds: 61, median_seconds_from_first: 61 },
          ],
          conversion: 0.25,
          time: { median_seconds: 61 },
          histogram: [0, 2, 0],
        },
      ],
    },
    saying(),
  ),
  retention: retentionView(
    {
      unit: "week",
      columns: [
        [0, 0],
        [1, 3],
      ],
      lines: [
        {
          group: null,
          size: 4,
          cohorts: [
            {
              cohort: "2026-03-02",
              size: 4,
              cells: [
                { count: 4, share: 1, complete: true },
                { count: 1, share: 0.25, complete: false },
              ],
            },
            { cohort: "2026-03-09", size: 0, cells: [null, null] },
          ],
          curve: [
            { size: 4, count: 4, share: 1 },
            { size: 0, count: 0, share: null },
          ],
        },
      ],
    },
    saying(),
  ),
  paths: pathsView(
    {
      paths: 3,
      people: 2,
      nodes: [
        { level: 0, name: "A", paths: 3, people: 2, share: 1, ended: 1 },
        { level: 1, name: null, paths: 2, people: 1, share: 0.67, ended: 2 },
      ],
      links: [{ level: 0, from: "A", to: null, paths: 2, people: 1, of_from: 0.67, median_seconds: 9, converted: 1, conversion: 0.5 }],
    },
    saying(),
  ),
  sessions: sessionsView(
    {
      sessions: 3,
      people: 2,
      bounce_rate: 0.5,
      seconds: SPREAD,
      pages: SPREAD,
      engaged: { ...SPREAD, sessions: 1 },
      revenue_minor: 5,
      series: [{ day: "2026-03-01", sessions: 3, people: 2, bounces: 1, revenue_minor: 5 }],
      entry_pages: [{ name: "/", people: 2, sessions: 3, bounces: 1, revenue_minor: 5 }],
      exit_pages: [],
      sources: [{ name: "", people: 2, sessions: 3, bounces: 1, revenue_minor: 5 }],
    },
    saying(),
  ),
  lifecycle: lifecycleView(
    { unit: "week", buckets: [{ bucket: "2026-03-02", new: 1, returning: 2, resurrecting: 3, dormant: 4, active: 6, complete: true }] },
    saying(),
  ),
  stickiness: stickinessView(
    {
      unit: "day",
      units: 2,
      people: 4,
      average: 1.5,
      ratio: 0.75,
      distribution: [
        { units: 1, people: 2, at_least: 4 },
        { units: 2, people: 2, at_least: 2 },
      ],
    },
    saying(),
  ),
  interval: intervalView(
    { bins: [0, 60, 3600], lines: [{ group: null, intervals: 3, people: 2, time: TIME, histogram: [0, 3, 0] }] },
    saying(),
  ),
  distribution: distributionView(
    {
      bins: [
        { from: 1, to: 2, people: 3, share: 0.75 },
        { from: 2, to: null, people: 1, share: 0.25 },
      ],
      below: 0,
      people: 4,
      total: 5,
      average: 1.25,
      median: 1,
      p90: 2,
      maximum: 2,
    },
    saying(),
  ),
  penetration: penetrationView(
    {
      unit: "week",
      buckets: ["2026-03-02"],
      complete: [true],
      base: [4],
      base_people: 4,
      features: [{ name: "F", people: 1, share: 0.25, values: [1], shares: [0.25] }],
    },
    saying(),
  ),
  rfm: rfmView(
    {
      people: 1,
      revenue_minor: 9,
      grid: [{ r: 5, f: 1, segment: "new", people: 1, revenue_minor: 9, average_recency_days: 1, average_frequency: 1, average_minor: 9 }],
      segments: [{ segment: "new", people: 1, revenue_minor: 9, average_recency_days: 1, average_frequency: 1, average_minor: 9 }],
    },
    saying(),
  ),
  cohort_revenue: cohortRevenueView(
    {
      unit: "month",
      columns: 2,
      lines: [
        {
          group: null,
          size: 2,
          cohorts: [
            { cohort: "2026-03-01", size: 2, cells: [{ cumulative_minor: 7, per_person_minor: 3.5, paying: 1, complete: true }, null] },
          ],
          curve: [
            { size: 2, cumulative_minor: 7, per_person_minor: 3.5 },
            { size: 0, cumulative_minor: 0, per_person_minor: null },
          ],
        },
      ],
    },
    saying(),
  ),
  attribution: attributionView(
    {
      conversions: 3,
      revenue_minor: 30,
      people: 2,
      attributed: { conversions: 2, revenue_minor: 20 },
      unattributed: { conversions: 1, revenue_minor: 10 },
      models: ["first", "last", "linear"],
      channels: [
        {
          channel: { value: "ads", other: false },
          touches: 4,
          assisted: 2,
          people: 1,
          models: {
            first: { conversions: 2, revenue_minor: 20 },
            last: { conversions: 1.5, revenue_minor: 15 },
            linear: { conversions: 0.5, revenue_minor: 5 },
          },
        },
      ],
    },
    saying(),
  ),
};

describe("the view of every kind", () => {
  it("is there, has tables whose rows fit their columns, and names what each number counts", () => {
    for (const [kind, view] of Object.entries(ALL)) {
      expect(view.empty, kind).toBe(false);
      expect(view.figures.length > 0 && view.figures.every(({ format, cell }) => format !== "count" || cell), kind).toBe(true);
      for (const table of view.tables) {
        for (const row of table.rows) expect(row, `${kind} ${table.key}`).toHaveLength(table.columns.length);
        const counts = table.rows.flatMap((row) => row.filter(({ format }, at) => (format ?? table.columns[at]?.format) === "count"));
        expect(counts.filter(({ value, cell }) => Number(value) > 0 && !cell)).toEqual([]);
        for (const { cell, label } of table.rows.flat()) expect(cell === undefined || Boolean(label), `${kind} ${table.key}`).toBe(true);
      }
    }
  });

  it("opens from its pictures what its tables open, beside every value, and cohorts of the curve together", () => {
    for (const [kind, view] of Object.entries(ALL)) {
      const linked = new Set(view.tables.flatMap(cells).map((cell) => JSON.stringify(cell)));
      for (const picture of view.pictures) {
        if (picture.kind === "grid" || picture.kind === "flow" || picture.kind === "map") continue;
        for (const { name, values, opens } of picture.lines) {
          expect(opens === undefined || opens.length === values.length, `${kind} ${name}`).toBe(true);
          for (const one of opens ?? []) {
            const known = one === null || linked.has(JSON.stringify(one.cell)) || !("cohort" in one.cell || "bucket" in one.cell);
            expect(known && one?.label !== "", `${kind} ${name}`).toBe(true);
            expect(one === null || opened(view, JSON.stringify(one.cell)) !== undefined, `${kind} ${name}`).toBe(true);
          }
        }
      }
    }
    const [curve] = ALL.retention?.pictures ?? [];
    expect(curve?.kind === "lines" && curve.lines[0]?.opens?.map((one) => one?.cell)).toEqual([{ column: 0 }, { column: 1 }]);
  });
});

describe("the view of one kind", () => {
  it("shows a trend with its totals, its groups and no people behind formulas", () => {
    const [table] = ALL.trend?.tables ?? [];
    expect(table?.columns.map(({ title }) => title)).toEqual(["day", "Bought · people · all", "notSet", "others", "Twice · all"]);
    expect(values(table)).toEqual([
      ["wholePeriod", 4, 1, 3, 8],
      ["2026-03-01", 3, 1, 2, 6],
      ["2026-03-02", 1, 0, 1, null],
    ]);
    expect(cells(table).slice(0, 4)).toEqual([{}, { group: { value: null } }, { group: { other: true } }, { bucket: "2026-03-01" }]);
    expect(ALL.trend?.pictures.map(({ key }) => key)).toEqual(["count", "number"]);
  });

  it("writes what a formula comes to as money where it is money", () => {
    const line = { group: null, values: [350.5], total: 350.5 };
    const period = { buckets: ["2026-03-01"], complete: [true], series: [] };
    const formulas = [
      { name: "Each", unit: "money", lines: [line] },
      { name: "Share", unit: "number", lines: [line] },
    ] as const;
    const [table] = trendView({ unit: "day", ...period, formulas, previous: null }, saying({ series: [] })).tables;
    expect(table?.columns.map(({ format }) => format)).toEqual(["bucket", "money", "number"]);
    expect(table && csvOf(table, "USD")).toBe("day,Each (USD),Share\nwholePeriod,3.505,350.5\n2026-03-01,3.505,350.5\n");
  });

  it("shows a funnel with who is lost, but nobody at the last step, and only the bins that hold something", () => {
    const [steps, time] = ALL.funnel?.tables ?? [];
    expect(values(steps)).toEqual([
      ["1. A", 8, 1, null, 6, null],
      ["2. anyEvent", 2, 0.25, 0.25, null, 61],
    ]);
    expect(cells(steps)).toEqual([{ step: 1 }, { step: 1, outcome: "lost" }, { step: 2 }]);
    expect([values(time), cells(time)]).toEqual([[[60, 3600, 2, 1]], [{ bin: 1 }]]);
  });

  it("shows the triangle without empty cohorts, and what is not complete as growing", () => {
    const [table] = ALL.retention?.tables ?? [];
    expect(values(table)).toEqual([["2026-03-02", 4, 1, 0.25]]);
    expect(cells(table)).toEqual([{ cohort: "2026-03-02" }, { cohort: "2026-03-02", column: 0 }, { cohort: "2026-03-02", column: 1 }]);
    expect(table?.rows[0]?.map(({ growing }) => growing ?? false)).toEqual([false, false, false, true]);
  });

  it("names all other steps of a path by null, and finds what a cell counts", () => {
    const [links, nodes] = ALL.paths?.tables ?? [];
    expect(cells(links).slice(0, 1)).toEqual([{ level: 0, name: "A", link: true, to: null }]);
    expect(values(nodes)[1]).toEqual([1, "others", 2, 1, 0.67, 2]);
    expect(ALL.paths && opened(ALL.paths, JSON.stringify({ level: 0, name: "A", link: true, to: null }))?.label).toBe("A → others");
  });

  it("shows the dormant below the line, and the grid from its best corner", () => {
    const [stack] = ALL.lifecycle?.pictures ?? [];
    expect(stack?.kind === "stack" && stack.lines.map((line) => line.values)).toEqual([[1], [2], [3], [-4]]);
    const [grid] = ALL.rfm?.pictures ?? [];
    expect(grid?.kind === "grid" && grid.places[0]?.[0]).toMatchObject({ value: 1, cell: { r: 5, f: 1 }, text: "new" });
  });
});

describe("the file of a table", () => {
  it("has exactly its rows, unrounded, money in whole units with its currency, and no formulas", () => {
    const [, money] = ALL.attribution?.tables ?? [];
    expect(money && csvOf(money, "USD")).toBe("channel,first (USD),last (USD),linear (USD)\nads,0.20,0.15,0.05\n");
    expect(money && csvOf(money, "JPY")).toBe("channel,first (JPY),last (JPY),linear (JPY)\nads,20,15,5\n");
    const table: Table = {
      key: "x",
      title: "x",
      columns: [
        { key: "a", title: 'say "a"', format: "text" },
        { key: "b", title: "b", format: "share" },
      ],
      rows: [
        [{ value: "=1+1" }, { value: 1 / 3 }],
        [{ value: "a,b" }, { value: null }],
        [{ value: "-x" }, { value: -2 }],
      ],
    };
    expect(csvOf(table, "USD")).toBe(`"say ""a""",b\n'=1+1,${1 / 3}\n"a,b",\n'-x,-2\n`);
  });
});
