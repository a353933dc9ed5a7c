import { describe, expect, it } from "vitest";

import type { Reason } from "./queries";
import { conditionsByPath, shownOf, whyTree, type WhyNode } from "./whyTree";

const reason = (path: string): Reason => ({ path, zh: path, en: path, holds: true, found: "" });
const look = { tag: "en-US", zone: "America/New_York", currency: "USD" };

describe("an explanation", () => {
  it("is a tree again", () => {
    const root = whyTree(["", "and[0]", "and[1]", "and[1].not", "and[1].not.or[0]", "and[1].not.or[1]", "and[10]"].map(reason));
    const drawn = (node: WhyNode): unknown => [node.reason.path, node.join, ...node.parts.map(drawn)];
    expect(root && drawn(root)).toEqual([
      "",
      "and",
      ["and[0]", null],
      ["and[1]", "not", ["and[1].not", "or", ["and[1].not.or[0]", null], ["and[1].not.or[1]", null]]],
      ["and[10]", null],
    ]);
  });

  it("knows which condition stands at a path, also where it stands alone", () => {
    const segment = { segment: { key: "vip" } };
    expect([...conditionsByPath({ and: [segment, { not: segment }] }).keys()]).toEqual(["and[0]", "and[1].not"]);
    expect([...conditionsByPath(segment).keys()]).toEqual([""]);
    expect([...conditionsByPath({ not: segment }).keys()]).toEqual(["not"]);
    expect(conditionsByPath({ news: 1 }).size).toBe(0);
  });

  it("shows what was found as people write it", () => {
    expect(shownOf("1234", undefined, look)?.value).toBe("1,234");
    expect(shownOf("2026-03-01 15:00:00.000", undefined, look)?.value).toContain("10:00");
    expect(shownOf("1970-01-01 00:00:00.000", undefined, look)).toBeNull();
    expect(shownOf('"pro"', undefined, look)?.value).toBe("pro");
    expect(shownOf("", undefined, look)).toBeNull();
    const [revenue] = conditionsByPath({ did: { events: ["A"], measure: "sum", property: "$revenue", op: "gte", value: 1 } }).values();
    expect(shownOf("4250", revenue, look)?.value).toBe("$42.50");
  });
});
