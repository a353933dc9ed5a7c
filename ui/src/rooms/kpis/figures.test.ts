import { describe, expect, it } from "vitest";

import { changeOf, formatChange, formatFigure, fromField, progressOf, toField, turnOf, type Measure } from "./figures";
import type { Compared, Value } from "./queries";

function measure(unit: Measure["unit"], tag = "en-US"): Measure {
  return { unit, currency: "USD", tag };
}

function value(number: number | null): Value {
  return { value: number, numerator: null, denominator: null, reason: null };
}

function compared(number: number | null, change: number | null): Compared {
  return { first_day: "2026-01-01", last_day: "2026-01-31", value: value(number), change };
}

describe("a figure", () => {
  it("is written in its unit", () => {
    expect(formatFigure(123_456.7, measure("money"))).toBe("$1,234.57");
    expect(formatFigure(0.1234, measure("share"))).toBe("12.3%");
    expect(formatFigure(0.00123, measure("share"))).toBe("0.12%");
    expect(formatFigure(1234.56, measure("people"))).toBe("1,235");
    expect(formatFigure(12.34, measure("people"))).toBe("12.3");
    expect(formatFigure(2.345, measure("ratio"))).toBe("2.35");
    expect(formatFigure(42, measure("seconds"))).toBe("42 sec");
    expect(formatFigure(205, measure("seconds"))).toBe("3 min 25 sec");
    expect(formatFigure(3_660, measure("seconds"))).toBe("1 hr 1 min");
  });

  it("is typed in whole units and percent, and comes back as it was", () => {
    expect(toField(1999, "money", "USD")).toBe(19.99);
    expect(toField(1999, "money", "JPY")).toBe(1999);
    expect(fromField(19.99, "money", "USD")).toBe(1999);
    expect(toField(0.07, "share", "USD")).toBe(7);
    expect(fromField(7, "share", "USD")).toBe(0.07);
    expect(fromField(1.1, "ratio", "USD")).toBe(1.1);
  });
});

describe("a change", () => {
  it("of a share is in points, of anything else a part of what it was", () => {
    expect(changeOf(0.25, compared(0.2, 0.25), "share")).toEqual({ kind: "points", amount: expect.closeTo(5) as number });
    expect(changeOf(120, compared(100, 0.2), "people")).toEqual({ kind: "relative", amount: 0.2 });
    expect(changeOf(null, compared(100, null), "people")).toBeNull();
    expect(changeOf(5, compared(0, null), "people")).toBeNull();
    expect(changeOf(5, null, "people")).toBeNull();
  });

  it("carries its sign", () => {
    expect(formatChange({ kind: "relative", amount: 0.2 }, "en-US")).toBe("+20%");
    expect(formatChange({ kind: "relative", amount: -0.051 }, "en-US")).toBe("-5.1%");
    expect(formatChange({ kind: "points", amount: 2.04 }, "en-US")).toBe("+2");
  });

  it("is better or worse by what is good", () => {
    expect(turnOf({ kind: "relative", amount: 0.2 }, "up")).toBe("better");
    expect(turnOf({ kind: "relative", amount: 0.2 }, "down")).toBe("worse");
    expect(turnOf({ kind: "relative", amount: -0.2 }, "down")).toBe("better");
    expect(turnOf({ kind: "relative", amount: 0.0001 }, "up")).toBe("same");
  });
});

describe("progress", () => {
  it("is the share of the target, and a cost is fine below it", () => {
    expect(progressOf({ target: 200, value: value(50) }, "up")).toEqual({ share: 0.25, reached: false });
    expect(progressOf({ target: 200, value: value(250) }, "up")).toEqual({ share: 1.25, reached: true });
    expect(progressOf({ target: 200, value: value(150) }, "down")).toEqual({ share: 0.75, reached: true });
    expect(progressOf({ target: 200, value: value(null) }, "up")).toBeNull();
  });
});
