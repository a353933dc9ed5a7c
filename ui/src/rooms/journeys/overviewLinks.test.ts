import { describe, expect, it } from "vitest";

import { overviewCellOf } from "./overviewLinks";

describe("what the address of the overview opens", () => {
  it("is a number of people, and nothing else", () => {
    expect(overviewCellOf(JSON.stringify({ who: "new" }))).toEqual({ who: "new" });
    expect(overviewCellOf(JSON.stringify({ who: "active", event: "Order Completed" }))).toEqual({
      who: "active",
      event: "Order Completed",
    });
    expect(["", "null", "{", "[]", '{"who":"all"}', '"new"'].map(overviewCellOf)).toEqual([null, null, null, null, null, null]);
  });
});
