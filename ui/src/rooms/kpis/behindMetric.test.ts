import { describe, expect, it } from "vitest";

import { behindOf } from "./behindMetric";

const DAYS = { first: "2026-03-01", last: "2026-03-31" };

describe("who is behind a value", () => {
  it("are the new or the active people of its days, or the orders", () => {
    expect(behindOf({ whom: "new", back_days: 0 }, DAYS)).toEqual({ list: "new", ...DAYS });
    expect(behindOf({ whom: "active", back_days: 0 }, DAYS)).toEqual({ list: "active", ...DAYS });
    expect(behindOf({ whom: "buyers", back_days: 0 }, DAYS)).toEqual({ list: "orders", ...DAYS });
  });

  it("looks back from the last day where the metric does", () => {
    expect(behindOf({ whom: "active", back_days: 7 }, DAYS)).toEqual({ list: "active", first: "2026-03-25", last: "2026-03-31" });
    expect(behindOf({ whom: "active", back_days: 30 }, DAYS)).toEqual({ list: "active", first: "2026-03-02", last: "2026-03-31" });
  });

  it("is not known of every metric", () => {
    expect(behindOf({ whom: null, back_days: 0 }, DAYS)).toBeNull();
  });
});
