import { describe, expect, it } from "vitest";

import { EMPTY_MAPPING, fieldOf, missingParts, roleOf, setField, setGroup, setRole, setType, type Mapping } from "./mapping";

const ROLES: readonly (readonly [string, Parameters<typeof setRole>[2]])[] = [
  ["customer", "user_id"],
  ["paid_at", "time"],
  ["total", "revenue"],
  ["city", "trait"],
  ["sku", "property"],
];
const ORDERS: Mapping = ROLES.reduce((mapping, [column, role]) => setRole(mapping, column, role, "text"), EMPTY_MAPPING);

describe("a mapping", () => {
  it("gives each column the role it was given, and no other", () => {
    expect(ROLES.map(([column]) => roleOf(ORDERS, column))).toEqual(ROLES.map(([, role]) => role));
    const moved = setRole(ORDERS, "customer", "email", "text");
    expect(moved.user_id).toBeNull();
    expect(roleOf(moved, "customer")).toBe("email");
    expect(missingParts(setRole(ORDERS, "customer", "none", "text"))).toEqual(["person"]);
  });

  it("falls back to the time of the import when no column tells it", () => {
    expect(setRole(ORDERS, "paid_at", "none", "datetime").time).toMatchObject({ column: null, constant: "now" });
  });

  it("keeps a chosen name when a property becomes a trait, and takes the type of the column", () => {
    const renamed = setField(ORDERS, "sku", { name: "product_id" });
    expect(fieldOf(setRole(renamed, "sku", "trait", "integer"), "sku")).toMatchObject({ name: "product_id", type: "integer" });
  });

  it("groups rows into one event and back without losing a column", () => {
    const grouped = setRole(setGroup(ORDERS, ["basket"]), "sku", "item", "text");
    expect(grouped.group).toMatchObject({ key: ["basket"], items: "products" });
    expect(roleOf(grouped, "sku")).toBe("item");
    const summed = setField(grouped, "city", { aggregate: "last" });
    const back = setGroup(summed, []);
    expect(back.group).toBeNull();
    expect(roleOf(back, "sku")).toBe("property");
    expect(fieldOf(back, "city")?.aggregate).toBe("first");
  });

  it("of people has no event, and its traits are its properties", () => {
    const people = setType(ORDERS, "identify");
    expect(people.event).toBeNull();
    expect(roleOf(people, "city")).toBe("property");
    expect(missingParts(people)).toEqual([]);
  });
});
