import { expect, it } from "vitest";

import { changeOf, inOrder, movesIn } from "./stages";

it("puts the stages from the first visit to the loss, strangers behind them, and nowhere last", () => {
  expect(inOrder(["lost", "", "own_stage", "active", "new_visitor"])).toEqual(["new_visitor", "active", "lost", "own_stage", ""]);
});

it("says how a stage grew in the last week, and nothing without one", () => {
  expect(changeOf({ sizes: [{ active: 9 }, { active: 5 }, { active: 7, lost: 2 }] }, "active")).toBe(2);
  expect(changeOf({ sizes: [{ active: 9 }, { active: 5 }, { active: 7, lost: 2 }] }, "lost")).toBe(2);
  expect(changeOf({ sizes: [{ active: 9 }] }, "active")).toBeNull();
});

it("tells only who changed the stage in a week, the most first", () => {
  const flows = [
    { step: 0, source: "active", target: "active", people: 90 },
    { step: 0, source: "active", target: "silent", people: 3 },
    { step: 0, source: "", target: "new", people: 5 },
    { step: 1, source: "silent", target: "active", people: 8 },
  ];
  expect(movesIn({ flows }, 0)).toEqual([
    { source: "", target: "new", people: 5 },
    { source: "active", target: "silent", people: 3 },
  ]);
});
