import { describe, expect, it } from "vitest";

import { axesIn, axesOf, picked, USUAL, withAxes } from "./axes";

describe("by what losses are compared", () => {
  it("is as usual where nothing is said, and then says nothing", () => {
    expect(axesOf({})).toEqual({ columns: [...USUAL], properties: [], segments: ["all"], tags: [] });
    expect(withAxes({ map: "shop" }, axesOf({}))).toEqual({ map: "shop" });
    expect(withAxes({}, { ...axesOf({}), columns: [...USUAL].reverse() })).toEqual({});
  });

  it("stays what was picked, also nothing", () => {
    const spec = { dimensions: [{ column: "device" }, { property: "plan" }], segments: ["vip"], tags: "all" };
    expect(withAxes({}, axesOf(spec))).toEqual(spec);
    expect(axesIn({ ...spec, map: "other" })).toEqual(spec);
    const none = { dimensions: [], segments: [] };
    expect(axesIn(none)).toEqual(none);
    expect(axesIn(null)).toEqual({});
  });

  it("is all or some", () => {
    expect(picked(["all"], ["all", "vip"])).toEqual(["vip"]);
    expect(picked(["vip"], ["vip", "all"])).toEqual(["all"]);
    expect(picked(["vip"], [])).toEqual([]);
  });
});
