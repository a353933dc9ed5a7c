import { describe, expect, it } from "vitest";

import { readTold } from "./told";

describe("what an alert told", () => {
  it("is read with its explanation", () => {
    const told = readTold({
      value: 5,
      expected: 9.5,
      low: 7,
      high: null,
      yearly: true,
      compared_with: "2026-03-01",
      explanation: [{ dimension: "device", value: "phone", before: 8, now: 3, contribution: -5, share: 0.9 }],
    });
    expect(told).toEqual({
      value: 5,
      expected: 9.5,
      low: 7,
      high: null,
      yearly: true,
      comparedWith: "2026-03-01",
      explanation: [{ dimension: "device", value: "phone", before: 8, now: 3, share: 0.9 }],
    });
  });

  it("may say nothing of what moved it", () => {
    expect(readTold({ value: 5, explanation: [null, "x"] })).toMatchObject({
      value: 5,
      low: null,
      yearly: false,
      comparedWith: null,
      explanation: [],
    });
  });
});
