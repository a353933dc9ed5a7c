import { describe, expect, it } from "vitest";

import { brokenOf, cutOf, linesOf, readBroken, writeBroken } from "./lines";
import type { Answer, Point } from "./queries";

function point(day: number, value: number | null, target: number | null = null): Point {
  const bucket = `2026-03-0${day}`;
  const shown = { value, numerator: null, denominator: null, reason: null };
  return { bucket, first_day: bucket, last_day: bucket, value: shown, complete: true, target };
}

function answer(points: Point[], parts: Answer["parts"] = []): Answer {
  return { points, parts } as unknown as Answer;
}

const NAMES = { main: "DAU", past: "Before", target: "Target", part: (part: Answer["parts"][number]) => part.group.value ?? "Others" };

describe("the lines of a chart", () => {
  it("are the values, and the target where there is one", () => {
    expect(linesOf(answer([point(1, 5), point(2, null)]), undefined, NAMES)).toEqual([
      { key: "main", name: "DAU", values: [5, null], look: "main" },
    ]);
    expect(linesOf(answer([point(1, 5, 7), point(2, 6)]), undefined, NAMES).at(-1)).toMatchObject({ look: "target", values: [7, null] });
  });

  it("lay an earlier period over this one, as long as this one", () => {
    const past = answer([point(1, 1), point(2, 2), point(3, 3)]);
    expect(linesOf(answer([point(4, 5), point(5, 6)]), past, NAMES)[1]).toMatchObject({ look: "past", values: [1, 2] });
    expect(linesOf(answer([point(4, 5), point(5, 6)]), answer([point(1, 1)]), NAMES)[1]).toMatchObject({ values: [1, null] });
  });

  it("are one a part where the metric is broken down", () => {
    const group = { value: "phone", other: false, segment: null };
    const parts = [{ group, value: point(1, 2).value, points: [point(1, 2)] }];
    expect(linesOf(answer([point(1, 5)], parts), answer([point(1, 1)]), NAMES).map((line) => [line.name, line.look])).toEqual([
      ["phone", "part"],
    ]);
  });
});

describe("a breakdown in the address", () => {
  it("is read as it is written", () => {
    for (const text of ["column:device", "property:a.b:c", "segments:one,two"]) expect(writeBroken(readBroken(text))).toBe(text);
  });

  it("is none where it makes no sense", () => {
    for (const text of ["", "column:", "planet:mars", "device", "segments:,"]) expect(readBroken(text)).toEqual({ kind: "", names: [] });
  });
});

describe("a breakdown", () => {
  it("is asked for as the API takes it, and read back", () => {
    for (const text of ["", "column:device", "property:plan:name", "segments:a,b"]) {
      const broken = readBroken(text);
      expect([brokenOf(cutOf(broken)), writeBroken(broken)]).toEqual([broken, text]);
    }
    expect(cutOf(readBroken("property:plan"))).toEqual({ dimension: { property: "plan" } });
    expect(brokenOf({ dimension: null, segments: [] })).toEqual({ kind: "", names: [] });
  });
});
