import { expect, test } from "vitest";

import type { ScheduleSpec } from "./queries";
import { draftOf, emptyDraft, specOf } from "./schedule";

const SPECS: readonly ScheduleSpec[] = [
  { every: "day", hour: 0, language: "zh", receivers: ["a@b.c"] },
  { every: "week", hour: 23, weekday: 6, language: "en", receivers: ["a@b.c", "d@e.f"] },
  { every: "month", hour: 7, month_day: 31, language: "zh", receivers: ["a@b.c"] },
];

test("a schedule that is opened and saved unchanged stays as it is", () => {
  for (const spec of SPECS) expect(specOf(draftOf(spec))).toEqual(spec);
});

test("another rhythm takes its own day, and none of the former", () => {
  const monthly = draftOf(SPECS[2] ?? { every: "day", hour: 0, receivers: [] });
  expect(specOf({ ...monthly, every: "week" })).toEqual({ every: "week", hour: 7, weekday: 0, language: "zh", receivers: ["a@b.c"] });
  expect(specOf({ ...monthly, every: "day" })).toEqual({ every: "day", hour: 7, language: "zh", receivers: ["a@b.c"] });
  expect(emptyDraft("en").receivers).toEqual([]);
});
