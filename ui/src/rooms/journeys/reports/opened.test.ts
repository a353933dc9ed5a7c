import type { TFunction } from "i18next";
import { expect, it } from "vitest";

import { cellIn, type MapCell } from "../map/cell";
import type { JourneyAnswer } from "../map/contract";
import { cohortRevenueView } from "./kinds/cohort_revenue/answer";
import { journeyMapView } from "./kinds/journey_map/answer";
import { pathsView } from "./kinds/paths/answer";
import { retentionView } from "./kinds/retention/answer";
import { sessionsView } from "./kinds/sessions/answer";
import { opened, type Table, type View } from "./view";

/** Says the last part of a key and what is filled in. */
const t = ((key: string, holes?: Record<string, unknown>) =>
  [key.split(".").at(-1), ...Object.values(holes ?? {}).map(String)].join(" ")) as unknown as TFunction;
const saying = { spec: {}, t, language: "en" as const };
const cells = (table: Table | undefined): unknown[] => (table?.rows ?? []).flat().flatMap(({ cell }) => (cell ? [cell] : []));
const everybody = { group: null, size: 4 };

function sidesAt(view: View, cell: object, other: object): void {
  const sides = opened(view, JSON.stringify(cell))?.sides;
  expect(sides?.map((side) => side.cell)).toEqual([cell, { ...cell, ...other }]);
  const lost = opened(view, JSON.stringify({ ...cell, ...other }));
  expect([lost?.label, lost?.sides]).toEqual([sides?.[1]?.label, sides]);
}

it("leads from those who came back to those who did not, of a cohort and of all", () => {
  const cells = [{ count: 1, share: 0.25, complete: true }];
  const line = { ...everybody, cohorts: [{ cohort: "2026-03-02", size: 4, cells }], curve: [{ size: 4, count: 1, share: 0.25 }] };
  const view = retentionView({ unit: "week", columns: [[1, 3]], lines: [line] }, saying);
  sidesAt(view, { cohort: "2026-03-02", column: 0 }, { outcome: "lost" });
  sidesAt(view, { column: 0 }, { outcome: "lost" });
  expect(view.figures.map(({ value, cell }) => [value, cell])).toEqual([
    [4, {}],
    [0.25, { column: 0 }],
  ]);
});

it("leads from those who paid to those who did not", () => {
  const money = { cumulative_minor: 7, per_person_minor: 3.5 };
  const cohort = { cohort: "2026-03-01", size: 4, cells: [{ ...money, paying: 1, complete: true }] };
  const line = { ...everybody, cohorts: [cohort], curve: [{ ...money, size: 4 }] };
  const view = cohortRevenueView({ unit: "month", columns: 1, lines: [line] }, saying);
  sidesAt(view, { cohort: "2026-03-01", column: 0 }, { outcome: "not_paying" });
  sidesAt(view, { column: 0 }, { outcome: "not_paying" });
});

it("opens pages and sources, those who came directly by the empty name", () => {
  const counts = { sessions: 3, people: 2, bounces: 1, revenue_minor: 5 };
  const spread = { average: 1, median: 1 };
  const tops = { entry_pages: [{ name: "/", ...counts }], exit_pages: [{ name: "/a", ...counts }], sources: [{ name: "", ...counts }] };
  const totals = { ...counts, bounce_rate: 0.5, seconds: spread, pages: spread, engaged: { ...spread, sessions: 1 } };
  const view = sessionsView({ ...totals, series: [], ...tops }, saying);
  expect(view.tables.slice(1).map(cells)).toEqual(
    [{ entry_page: "/" }, { exit_page: "/a" }, { source: "" }].map((cell) => [
      cell,
      cell,
      { ...cell, bounced: true },
      { ...cell, paid: true },
    ]),
  );
  expect(view.figures.map(({ cell }) => cell)).toEqual([{}, {}, { bounced: true }, {}, {}, { engaged: true }]);
  expect(opened(view, "{}")?.label).toBe("people");
});

it("opens everybody with a path, and of a link those who reach the goal", () => {
  const node = { paths: 3, people: 2, share: 1, ended: 1 };
  const link = { level: 0, from: "A", to: null, paths: 2, people: 1, of_from: 0.67, median_seconds: 9, converted: 1, conversion: 0.5 };
  const view = pathsView({ paths: 3, people: 2, nodes: [{ level: 0, name: "A", ...node }], links: [link] }, saying);
  const cell = { level: 0, name: "A", link: true, to: null };
  expect(cells(view.tables[0])).toEqual([cell, cell, cell, cell, { ...cell, converted: true }]);
  expect(view.figures.map(({ value, cell: all, label }) => [value, all, label])).toEqual([
    [3, {}, "people"],
    [2, {}, "people"],
  ]);
});

it("draws a map whose numbers are those of its tables, and open the same people", () => {
  const onward = { to: "b", people: 1, lost: 2, conversion: 1 / 3, median_seconds: 60 };
  const place = { people: 3, events: 5, onward, series: [] };
  const stays = { visits: { visits: 4, ended: 1, bounce_rate: 0.25 }, dwell: { touches: 2, median_seconds: 9, average_seconds: 9 } };
  const stage = { ...place, key: "a", name: "A", touchpoints: [{ ...place, ...stays, key: "p", name: "P", channels: [] }] };
  const measured = { people: 3, stages: [stage] };
  const answer: JourneyAnswer = { map: null, window_seconds: 60, unit: "day", period: measured, previous: measured };
  const view = journeyMapView(answer, saying);
  const [picture] = view.pictures;
  if (picture?.kind !== "map") throw new Error("the map is not drawn");
  const found = (place: string, of: MapCell["of"], previous = false) =>
    opened(view, JSON.stringify(cellIn({ place, of, previous }, picture.map)))?.value;
  for (const key of ["a", "p"])
    expect([found(key, "people"), found(key, "people", true), found(key, "onward"), found(key, "lost")], key).toEqual([3, 3, 1, 2]);
  expect([found("p", "ended"), found("p", "dwelled")]).toEqual([0.25, 9]);
});
