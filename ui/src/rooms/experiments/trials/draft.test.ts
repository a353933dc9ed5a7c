// Do weights add up, and does every kind begin as the server wants it?
import { describe, expect, it } from "vitest";

import { blank, configOf, evenly, eventOf, freshMetric, KINDS, stepOf } from "./draft";

describe("the draft of an experiment", () => {
  it("shares weights out so that they add up to 100", () => {
    for (let count = 2; count <= 10; count += 1) {
      const weights = evenly(count);
      expect(weights).toHaveLength(count);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(100, 9);
      expect(Math.max(...weights) - Math.min(...weights)).toBeLessThan(0.11);
    }
  });

  it("begins with one primary metric and gives each its own key", () => {
    const { metrics } = blank("A", "B", "M");
    expect(metrics.map(({ role }) => role)).toEqual(["primary"]);
    const second = freshMetric(metrics, "N", "secondary");
    const third = freshMetric([second], "O", "secondary");
    expect(new Set([...metrics, second].map(({ key }) => key)).size).toBe(2);
    expect(third.key).not.toBe(second.key);
  });

  it("has a config for every kind, and reads its event back", () => {
    for (const kind of KINDS) expect(Object.keys(configOf(kind, "Bought")).length).toBeGreaterThan(0);
    expect(eventOf(configOf("mean", "Bought").event)).toBe("Bought");
    expect(eventOf(stepOf(""))).toBe("");
    expect(eventOf(null)).toBe("");
  });
});
