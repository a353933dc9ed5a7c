import { describe, expect, it } from "vitest";

import type { Plan, PlanEvent } from "@/api/contract";
import { acceptProposals, dropEvent, NEW_EVENT, NEW_PROPERTY, proposals, putEvent, readAllowed } from "./edit";

const PLAN: Plan = {
  mode: "warn",
  unknown_events: "allow",
  unknown_properties: "allow",
  traits: [],
  events: [{ ...NEW_EVENT, name: "Order Completed", properties: [{ ...NEW_PROPERTY, name: "order_id", required: true }] }],
};

describe("a plan", () => {
  it("keeps its order when an event is renamed, and appends a new one", () => {
    const renamed = putEvent(PLAN, "Order Completed", { ...NEW_EVENT, name: "Order Paid" });
    expect(putEvent(renamed, null, { ...NEW_EVENT, name: "Cart Viewed" }).events.map((each) => each.name)).toEqual([
      "Order Paid",
      "Cart Viewed",
    ]);
    expect(dropEvent(PLAN, "Order Completed").events).toEqual([]);
  });

  it("takes from traffic only what it does not have, and keeps what was decided", () => {
    const properties = [NEW_PROPERTY, { ...NEW_PROPERTY, name: "order_id" }, { ...NEW_PROPERTY, name: "revenue" }];
    const events: PlanEvent[] = [
      { ...NEW_EVENT, name: "Order Completed", properties },
      { ...NEW_EVENT, name: "Cart Viewed" },
    ];
    const seen = {
      events: events.map((definition) => ({ definition, events: 3 })),
      traits: [{ definition: { ...NEW_PROPERTY, name: "plan" } }],
    };
    const found = proposals(PLAN, seen);
    expect(found.map((each) => [each.key, each.kind, each.added.length])).toEqual([
      ["event Order Completed", "more", 2],
      ["event Cart Viewed", "new", 0],
      ["traits", "traits", 1],
    ]);
    const next = acceptProposals(PLAN, found);
    expect(next.events[0]?.properties[0]).toMatchObject({ name: "order_id", required: true });
    expect(next.events).toHaveLength(2);
    expect(next.traits).toHaveLength(1);
    expect(proposals(next, seen)).toEqual([]);
  });

  it("reads allowed values as values of the property's type", () => {
    expect(readAllowed("5", "integer")).toBe(5);
    expect(readAllowed("5.5", "integer")).toBeNull();
    expect(readAllowed("true", "boolean")).toBe(true);
    expect(readAllowed("5", "text")).toBe("5");
    expect(readAllowed("", "number")).toBeNull();
  });
});
