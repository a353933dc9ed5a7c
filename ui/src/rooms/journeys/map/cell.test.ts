import { expect, it } from "vitest";

import { bodyOf, cellOf, nameOf, wordOf } from "./cell";
import type { Drawing } from "./contract";
import { unitOf } from "./useMapAsked";

const drawing: Drawing = {
  stages: [{ key: "use", name: "Use", touchpoints: [{ key: "view", name: "View", events: [{ event: "Viewed" }] }] }],
};

it("names a number by one word, and by what the API takes", () => {
  const lost = { place: "view", of: "lost" as const, previous: false };
  expect(cellOf(wordOf(lost), drawing)).toEqual(lost);
  expect(bodyOf(lost, drawing)).toEqual({ touchpoint: "view", of: "lost" });
  const before = { place: "use", of: "people" as const, previous: true };
  expect(cellOf(wordOf(before), drawing)).toEqual(before);
  expect(bodyOf(before, drawing)).toEqual({ stage: "use", of: "people", previous: true });
  expect(bodyOf({ place: "", of: "people", previous: false }, drawing)).toEqual({ of: "people" });
  expect([nameOf("view", drawing), nameOf("use", drawing), nameOf("none", drawing)]).toEqual(["View", "Use", ""]);
});

it("opens nothing for what the map does not have", () => {
  for (const word of ["", "view", "view.found", "none.lost"]) expect(cellOf(word, drawing)).toBeNull();
});

it("draws a small line of neither two points nor hundreds", () => {
  expect(unitOf({ first: "2026-01-01", last: "2026-01-30" })).toBe("day");
  expect(unitOf({ first: "2026-01-01", last: "2026-12-31" })).toBe("week");
  expect(unitOf({ first: "2024-01-01", last: "2026-12-31" })).toBe("month");
  expect(unitOf({ first: null, last: null })).toBe("week");
});
