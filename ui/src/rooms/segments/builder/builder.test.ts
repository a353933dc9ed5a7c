import { describe, expect, it } from "vitest";

import { groupOf, leafOf } from "../condition";
import { fitted, withChoice } from "../tests";
import { parse, write } from "./code";
import { faultOf } from "./faults";
import { isKey, keyFor } from "./keys";

describe("a key", () => {
  it("is made of the letters of the name, and is nobody else's", () => {
    expect(keyFor("Big spenders!", new Set())).toBe("big_spenders");
    expect(keyFor("Café élite", new Set())).toBe("cafe_elite");
    expect(keyFor("VIP", new Set(["vip", "vip_2"]))).toBe("vip_3");
    expect(keyFor("复购用户", new Set(["segment_1"]))).toBe("segment_2");
    expect(keyFor("2026", new Set())).toBe("segment_1");
  });

  it("is no word of the addresses", () => {
    expect(isKey("preview")).toBe(false);
    expect(keyFor("Preview", new Set())).toBe("preview_2");
    expect(["_a", "A", "", "a-b"].filter(isKey)).toEqual([]);
  });
});

describe("what the server says is wrong", () => {
  it("is a sentence where the page knows its word", () => {
    expect(faultOf({ path: "did.within", what: "range", least: 1, most: 400, near: ["x"] })).toEqual({
      fault: { what: "range", told: { path: "did.within", what: "range", least: "1", most: "400" } },
    });
    expect(faultOf({ path: "", what: "news" })).toEqual({});
  });
});

describe("a condition as text", () => {
  const root = groupOf([leafOf({ kind: "segment", key: "vip" }, true)]);

  it("is YAML or JSON, and either is read", () => {
    expect(write(root, "yaml")).toBe("and:\n  - not:\n      segment:\n        key: vip\n");
    for (const kind of ["yaml", "json"] as const) {
      const found = parse(write(root, kind));
      expect(found.ok && write(found.root, "json")).toBe(write(root, "json"));
    }
  });

  it("says in which line it breaks off", () => {
    const found = parse('{"and": [\n  {"segment": {"key": "vip"}\n}');
    expect(!found.ok && "syntax" in found && found.syntax.line).toBe(3);
    const twice = parse("and: []\nand: []\n");
    expect(!twice.ok && "syntax" in twice && twice.syntax.line).toBe(2);
  });
});

describe("a test", () => {
  const is = { op: "equals", value: "30", ignoreCase: true } as const;

  it("keeps what was typed as far as it fits another operator", () => {
    expect(withChoice(is, "in")).toEqual({ op: "in", value: ["30"], ignoreCase: true });
    expect(withChoice(is, "gte")).toEqual({ op: "gte", value: 30, ignoreCase: false });
    expect(withChoice(is, "between")).toEqual({ op: "between", value: [30, null], ignoreCase: false });
    expect(withChoice(is, "is_set").value).toBeNull();
    const times = withChoice({ op: "before", value: "2026-01-01", ignoreCase: false }, "between_times");
    expect(times).toEqual({ op: "between", value: ["2026-01-01", { ago: 0, unit: "day" }], ignoreCase: false });
  });

  it("fits the type of what is asked", () => {
    expect(fitted(is, "number").value).toBe(30);
    expect(fitted(is, "boolean")).toEqual({ op: "equals", value: true, ignoreCase: false });
    expect(fitted(is, "time").op).toBe("after");
    expect(fitted(is, "text")).toBe(is);
  });
});
