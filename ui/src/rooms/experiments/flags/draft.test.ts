// Do drafts keep what a flag says, and do fresh rules begin as something that the server takes?
import { describe, expect, it } from "vitest";

import { draftsOf, equalWeights, forceRule, jsonOf, specOf, splitRule, totalOf } from "./draft";
import type { FlagSpec } from "./queries";

describe("drafts of flags", () => {
  it("gives back the rules and conditions it was made of", () => {
    const condition = { trait: { name: "country", op: "in", value: ["US", "CA"] } };
    const rule = { ...forceRule([], "boolean", 20).rule, condition };
    const spec: FlagSpec = { value_type: "boolean", default: false, prerequisites: [], rules: [rule] };
    const again = specOf(spec, draftsOf(spec));
    expect(again.rules[0]?.condition).toEqual({ and: [condition] });
    expect({ ...again.rules[0], condition: null }).toEqual({ ...rule, condition: null });
  });

  it("numbers fresh rules so that no two are called alike", () => {
    const first = forceRule([], "string", 100);
    const third = { ...first, rule: { ...first.rule, id: "rule-2" } };
    expect(splitRule([third], "string", "e").rule.id).toBe("rule-3");
  });

  it.each([2, 3, 6, 7, 20])("divides 100 percent among %i arms", (count) => {
    const weights = equalWeights(count);
    const rule = {
      ...splitRule([], "number", "e").rule,
      arms: weights.map((weight, at) => ({ key: `a${at}`, name: "A", value: at as never, weight })),
    };
    expect(totalOf(rule)).toBe(100);
    expect(Math.max(...weights) - Math.min(...weights)).toBeLessThan(0.2);
  });

  it("reads JSON and says when it is none", () => {
    expect(jsonOf('{"a": [1]}')).toEqual({ a: [1] });
    expect(jsonOf("{a}")).toBeUndefined();
  });
});
