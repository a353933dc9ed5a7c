import { describe, expect, it } from "vitest";

import type { Plot, PlotLine } from "../view";
import { picked } from "./picked";

function line(name: string, values: (number | null)[], opens = true): PlotLine {
  return { name, values, ...(opens ? { opens: values.map((_, at) => ({ cell: { name, at }, label: name })) } : {}) };
}

function plot(kind: Plot["kind"], ...lines: PlotLine[]): Plot {
  return { kind, key: "k", title: "", format: "count", axis: "text", places: ["a", "b"], lines };
}

describe("a press on a chart", () => {
  it("means the nearest line that opens people and has a value there", () => {
    const lines = plot("lines", line("low", [1, null]), line("high", [9, 8]), line("quotient", [5, 5], false));
    expect(picked(lines, 0, 5.5)?.cell).toEqual({ name: "high", at: 0 });
    expect(picked(lines, 0, 2)?.cell).toEqual({ name: "low", at: 0 });
    expect(picked(lines, 1, 2)?.cell).toEqual({ name: "high", at: 1 });
    expect(picked(lines, 2, 2)).toBeNull();
  });

  it("means the part of a stack on which it fell, above and below the line, and nothing beyond", () => {
    const stack = plot("stack", line("new", [2, 0]), line("back", [3, 1]), line("gone", [-4, 0]));
    expect([1, 2, 2.5, 5, -1, -4].map((at) => picked(stack, 0, at)?.label)).toEqual(["new", "new", "back", "back", "gone", "gone"]);
    expect([picked(stack, 0, 5.1), picked(stack, 0, -4.1), picked(stack, 1, 0)]).toEqual([null, null, null]);
  });
});
