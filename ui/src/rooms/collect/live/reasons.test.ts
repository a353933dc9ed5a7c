import { describe, expect, it } from "vitest";

import { planBreaches, splitReason } from "./reasons";

describe("a reason", () => {
  it("is a code and details in English", () => {
    expect(splitReason("missing_id: neither userId nor anonymousId is set")).toEqual({
      code: "missing_id",
      details: "neither userId nor anonymousId is set",
    });
    expect(splitReason("duplicate")).toEqual({ code: "duplicate", details: "" });
  });

  it("of the tracking plan names each property, whatever signs it has", () => {
    expect(planBreaches("plan:missing:order_id;plan:wrong_type:a%3Bb:c%25")).toEqual([
      { code: "missing", property: "order_id" },
      { code: "wrong_type", property: "a;b:c%" },
    ]);
    expect(planBreaches("plan:unknown_event:")).toEqual([{ code: "unknown_event", property: "" }]);
    expect(planBreaches("duplicate")).toEqual([]);
  });
});
