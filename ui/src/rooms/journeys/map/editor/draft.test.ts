import { describe, expect, it } from "vitest";

import { begin, tell } from "@/parts/story";
import {
  addPoint,
  addStage,
  bind,
  blankDraft,
  drawingOf,
  lacksOf,
  moveStage,
  movePoint,
  narrow,
  pointsOf,
  putPoint,
  readDraft,
  removeStage,
  setPoint,
  type Draft,
} from "./draft";

const start: Draft = readDraft({
  name: "Shop",
  description: "",
  drawing: {
    window_seconds: 60,
    stages: [
      { key: "use", name: "Use", touchpoints: [{ key: "view", name: "View", events: [{ event: "Viewed" }], channels: ["browser"] }] },
      { key: "buy", name: "Buy", touchpoints: [{ key: "cart", name: "Cart", events: [{ event: "Added", filter: { and: [] } }] }] },
    ],
  },
});

const shape = (draft: Draft) => draft.stages.map((stage) => [stage.key, ...stage.points.map((point) => point.key)].join(" "));

describe("a draft", () => {
  it("is written as it was read", () => {
    expect(readDraft({ name: "Shop", description: "", drawing: drawingOf(start) })).toEqual(start);
  });

  it("gives every new part a key of its own", () => {
    const more = addPoint(addPoint(addStage(start, "New"), "stage_1"), "use");
    expect(shape(more)).toEqual(["use view point_2", "buy cart", "stage_1 point_1"]);
  });

  it("moves stages and touchpoints, and stays as it is at the ends", () => {
    expect(shape(moveStage(start, "buy", -1))).toEqual(["buy cart", "use view"]);
    expect(shape(moveStage(start, "buy", 1))).toEqual(shape(start));
    const both = putPoint(start, "cart", "use");
    expect(shape(both)).toEqual(["use view cart", "buy"]);
    expect(shape(movePoint(both, "cart", -1))).toEqual(["use cart view", "buy"]);
    expect(shape(movePoint(both, "view", -1))).toEqual(shape(both));
    expect(shape(putPoint(start, "cart", "use", "view"))).toEqual(["use cart view", "buy"]);
    expect(shape(removeStage(start, "use"))).toEqual(["buy cart"]);
  });

  it("has at most as many touchpoints as a map can have", () => {
    let full = start;
    for (let n = 0; n < 40; n += 1) full = addPoint(full, "use");
    expect(pointsOf(full)).toHaveLength(24);
  });

  it("keeps the condition of an event that stays bound", () => {
    const added = { event: "Added", filter: { and: [] } };
    expect(bind([added, {}], ["Added", "Saved"])).toEqual([added, {}, { event: "Saved" }]);
    expect(bind([added], ["Saved"])).toEqual([{ event: "Saved" }]);
  });

  it("says what it lacks", () => {
    expect(lacksOf(start)).toEqual([]);
    expect(lacksOf(setPoint(addPoint(start, "use"), "cart", { name: " " }))).toEqual([
      { kind: "pointName", key: "point_1" },
      { kind: "pointName", key: "cart" },
      { kind: "events", key: "point_1" },
    ]);
    expect(lacksOf(blankDraft([])).map((lack) => lack.kind)).toEqual(["name", "stages"]);
  });
});

it("narrows one event of a touchpoint, and widens it again", () => {
  const filter = { property: { name: "plan", op: "equals", value: "pro" } } as never;
  const events = [{ event: "A" }, { event: "B", filter }, {}];
  expect(narrow(events, 0, filter)).toEqual([{ event: "A", filter }, { event: "B", filter }, {}]);
  expect(narrow(events, 1, undefined)).toEqual([{ event: "A" }, { event: "B" }, {}]);
  expect(narrow(events, 2, filter)[2]).toEqual({ filter });
});

it("goes back and forth, and takes typing in one field as one step", () => {
  const set = (value: number, at: number, as: string | null) => ({ do: "set" as const, change: () => value, at, as });
  const typed = [set(1, 0, "a"), set(2, 500, "a"), set(3, 700, "b"), set(3, 800, null)].reduce(tell<number>, begin(0));
  expect(typed.past).toEqual([0, 2]);
  const back = tell(typed, { do: "undo" });
  expect(back.present).toBe(2);
  expect(tell(back, { do: "redo" }).present).toBe(3);
  expect(tell(begin(0), { do: "undo" }).present).toBe(0);
});
