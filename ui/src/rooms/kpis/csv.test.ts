import { describe, expect, it } from "vitest";

import { csvOf } from "./csv";
import type { Answer, Point } from "./queries";

function point(value: number | null, target: number | null = null): Point {
  return {
    bucket: "2026-03-01",
    first_day: "2026-03-01",
    last_day: "2026-03-07",
    value: { value, numerator: value, denominator: null, reason: null },
    complete: true,
    target,
  };
}

describe("the file of a metric", () => {
  it("has a row a bucket, and after them those of the groups", () => {
    const group = { value: "=phone", other: false, segment: null };
    const answer = { money: [], points: [point(0.25, 5), point(null)], parts: [{ group, value: point(1).value, points: [point(1)] }] };
    expect(csvOf(answer as unknown as Answer, ({ value }) => `${value ?? ""}, "x"`).split("\n")).toEqual([
      "group,first_day,last_day,value,numerator,denominator,target,complete",
      ",2026-03-01,2026-03-07,0.25,0.25,,5,true",
      ",2026-03-01,2026-03-07,,,,,true",
      `"'=phone, ""x""",2026-03-01,2026-03-07,1,1,,,true`,
      "",
    ]);
  });

  it("tells money in whole units of the currency that its heading names", () => {
    const rows = (more: object): string[] =>
      csvOf({ points: [point(350.5, 1200)], parts: [], ...more } as unknown as Answer, () => "").split("\n");
    expect(rows({ money: ["value", "numerator", "target"], currency: "USD" }).slice(0, 2)).toEqual([
      "group,first_day,last_day,value (USD),numerator (USD),denominator,target (USD),complete",
      ",2026-03-01,2026-03-07,3.505,3.505,,12.00,true",
    ]);
    expect(rows({ money: ["value", "numerator", "target"], currency: "JPY" })[1]).toBe(",2026-03-01,2026-03-07,350.5,350.5,,1200,true");
    expect(rows({ money: ["numerator", "denominator"], currency: "USD" }).slice(0, 2)).toEqual([
      "group,first_day,last_day,value,numerator (USD),denominator (USD),target,complete",
      ",2026-03-01,2026-03-07,350.5,3.505,,1200,true",
    ]);
  });
});
