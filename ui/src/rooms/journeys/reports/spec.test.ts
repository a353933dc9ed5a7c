import { describe, expect, it } from "vitest";

import { daysOf, withLast, withRange } from "./form/days";
import { durationOf, secondsOf } from "./form/duration";
import { filterOf, treeOf } from "./form/filter";
import { fieldsOf, numbersOf } from "./form/schema";
import { withSteps } from "./kinds/funnel/steps";
import { bracketsOf } from "./kinds/retention/brackets";
import { readSpec, sameSpec, writeSpec, type Spec } from "./spec";

const FILTER: Spec = {
  and: [{ column: { name: "device", op: "equals", value: "mobile" } }, { not: { property: { name: "price", op: "gt", value: 9.5 } } }],
};

describe("a spec in the address", () => {
  it("is read as it was written, without what says nothing", () => {
    const spec: Spec = { steps: [{ event: "A", filter: FILTER }, { label: null }], last_days: 30, breakdown: undefined };
    const read = readSpec(writeSpec(spec));
    expect(read).toEqual({ steps: [{ event: "A", filter: FILTER }, {}], last_days: 30 });
    expect(readSpec(writeSpec(read ?? {}))).toEqual(read);
  });

  it("is the same text whatever the order of its fields", () => {
    expect(writeSpec({ unit: "day", last_days: 7 })).toBe(writeSpec({ last_days: 7, unit: "day" }));
    expect(sameSpec({ a: [1, { c: 1, b: 2 }] }, { a: [1, { b: 2, c: 1 }] })).toBe(true);
    expect(sameSpec({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  });

  it("that cannot be read is none", () => {
    for (const text of ["", "nonsense", "[1]", "3", "null", '"text"']) expect(readSpec(text)).toBeNull();
  });
});

describe("the period of a spec", () => {
  it("is a number of days or two days, never both", () => {
    const ranged = withRange({ last_days: 7, unit: "day" }, "2026-03-05", "2026-03-01");
    expect(ranged).toEqual({ unit: "day", first_day: "2026-03-01", last_day: "2026-03-05" });
    expect(withLast(ranged, 90)).toEqual({ unit: "day", last_days: 90 });
    expect(daysOf(withLast(ranged, null))).toEqual({ last: null, first: null, until: null });
  });
});

describe("a length of time", () => {
  it("is said in the largest unit that fits", () => {
    expect(durationOf(604_800)).toEqual({ amount: 7, unit: "day" });
    expect(durationOf(5400)).toEqual({ amount: 90, unit: "minute" });
    expect(durationOf(59)).toEqual({ amount: 59, unit: "second" });
    expect(durationOf(secondsOf(8, "week"))).toEqual({ amount: 8, unit: "week" });
  });
});

describe("a filter", () => {
  it("goes through the builder and comes out as it was", () => {
    const tree = treeOf(FILTER);
    expect(tree?.parts).toHaveLength(2);
    expect(tree && filterOf(tree)).toEqual(FILTER);
  });

  it("that the builder does not know is left alone, and none is an empty group", () => {
    expect(treeOf({ trait: { name: "plan", op: "is_set" } })).toBeNull();
    expect(treeOf(undefined)?.parts).toEqual([]);
  });
});

describe("the steps of a funnel", () => {
  it("take along what hangs on them", () => {
    const spec: Spec = { steps: [{}, {}, {}], anchored: [1, 3], exclusions: [{ event: "X", after: 2 }] };
    expect(withSteps(spec, [{}, {}])).toEqual({ steps: [{}, {}], anchored: [1] });
    expect(withSteps(spec, [{}, {}, {}, {}])).toMatchObject({ anchored: [1, 3], exclusions: [{ event: "X", after: 2 }] });
  });
});

describe("a form drawn from a schema", () => {
  it("knows steps, lists of them, choices, lengths and amounts, and leaves out what all share", () => {
    const defs: Spec = {
      Step: { type: "object", properties: {} },
      Limits: { type: "object", properties: { days: { anyOf: [{ type: "array" }, { type: "null" }] } } },
    };
    const schema: Spec = {
      $defs: defs,
      properties: {
        last_days: { type: "integer" },
        step: { $ref: "#/$defs/Step", default: { event: "Order Completed" } },
        features: { type: "array", items: { $ref: "#/$defs/Step" }, minItems: 1, maxItems: 20 },
        unit: { enum: ["day", "week"], default: "week", type: "string" },
        within_seconds: { type: "integer", default: 60, minimum: 1, maximum: 99 },
        offsets: { type: "integer", default: 12, minimum: 1, maximum: 400 },
        thresholds: { $ref: "#/$defs/Limits" },
      },
    };
    expect(fieldsOf(schema)).toEqual([
      { kind: "step", name: "step", usual: { event: "Order Completed" } },
      { kind: "steps", name: "features", most: 20, least: 1 },
      { kind: "choice", name: "unit", options: ["day", "week"], usual: "week" },
      { kind: "duration", name: "within_seconds", usual: 60, most: 99 },
      { kind: "amount", name: "offsets", usual: 12, least: 1, most: 400 },
      { kind: "object", name: "thresholds", fields: [{ kind: "numbers", name: "days", usual: undefined }] },
    ]);
  });

  it("reads ascending numbers, and nothing else", () => {
    expect(numbersOf("1, 2.5 10")).toEqual([1, 2.5, 10]);
    expect(numbersOf("")).toEqual([]);
    for (const text of ["1, 1", "2 1", "1; x"]) expect(numbersOf(text)).toBeNull();
    expect(bracketsOf([[0, 0], [1, 3], "x", [4]])).toEqual([
      [0, 0],
      [1, 3],
    ]);
  });
});
