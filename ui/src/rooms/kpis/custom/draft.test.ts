import { describe, expect, it } from "vitest";

import { blankDraft, blankLetter, draftOf, keyFor, lacksOf, lettersIn, specFrom, withoutLetter } from "./draft";
import type { Spec } from "./queries";

const SPEC: Spec = {
  name: "Revenue per look",
  description: "",
  letters: [
    { series: { event: "Paid", measure: "revenue", property: null, filter: { property: "x", equals: 1 }, label: null } },
    { metric: "dau", config: {} },
  ],
  formula: "A / B",
  unit: "money",
  good: "up",
  horizon: "long",
};

describe("the draft of a metric by formula", () => {
  it("gives back what was saved, filters too", () => {
    expect(specFrom(draftOf(SPEC))).toEqual(SPEC);
  });

  it("asks for a property only where one is measured", () => {
    const letter = { ...blankLetter(0), measure: "events" as const, property: "price" };
    const draft = { ...blankDraft(), letters: [letter], formula: "A" };
    expect(specFrom(draft).letters).toMatchObject([{ series: { property: null } }]);
    expect(lacksOf({ ...draft, letters: [{ ...letter, measure: "sum", property: " " }] }).trial).toEqual(["parts"]);
  });

  it("says what it lacks", () => {
    const draft = { ...blankDraft(), name: "x" };
    expect(lacksOf(draft)).toEqual({ trial: [], whole: [], warns: [] });
    expect(lacksOf({ ...draft, formula: "" }).trial).toEqual(["formula"]);
    expect(lacksOf({ ...draft, formula: "A % B" }).trial).toEqual(["signs"]);
    expect(lacksOf({ ...draft, formula: "A / C" }).trial).toEqual(["letter"]);
    expect(lacksOf({ ...draft, formula: "A / a" }).trial).toEqual(["letter"]);
    expect(lacksOf({ ...draft, formula: "A * 2" })).toMatchObject({ trial: [], warns: ["unused"] });
    expect(lacksOf({ ...draft, name: " " }).whole).toEqual(["name"]);
  });

  it("finds its letters", () => {
    expect(lettersIn("(B + A) / (A - 2.5)")).toEqual(["A", "B"]);
  });

  it("loses a letter only when the formula does not name it", () => {
    const three = { ...blankDraft(), letters: [blankLetter(0), blankLetter(1), blankLetter(2)], formula: "A / C" };
    expect(withoutLetter(three, 0)).toBeNull();
    expect(withoutLetter(three, 1)).toMatchObject({ formula: "A / B" });
    expect(withoutLetter(three, 1)?.letters.map(({ id }) => id)).toEqual([0, 2]);
  });
});

describe("a key", () => {
  it("comes from the name, and is free", () => {
    expect(keyFor("Revenue per Look!", new Set())).toBe("revenue_per_look");
    expect(keyFor("Revenue per Look!", new Set(["revenue_per_look"]))).toBe("revenue_per_look_2");
    expect(keyFor("每单收入", new Set())).toBe("metric_1");
    expect(keyFor("每单收入", new Set(["metric_1"]))).toBe("metric_2");
  });
});
