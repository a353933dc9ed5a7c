import { describe, expect, it } from "vitest";

import type { Tag } from "../queries";
import { blankDraft, bodyOf, draftOf, propertyOf, typesOf } from "./draft";
import { definitionLacks, lacksOf, tagKeyFor } from "./lacks";
import { fieldsOf } from "./settings";

function tagOf(more: Partial<Tag>): Tag {
  return { key: "it", family: "behaviour", kind: "rule", label: { zh: "它", en: "It" }, value_type: "boolean", config: {}, ...more } as Tag;
}

const PRO = { trait: { name: "plan", op: "equals", value: "pro" } };

describe("a draft of a tag", () => {
  it("says the same as the tag it was read from", () => {
    const values = [
      { value: "big", when: { and: [{ did: { events: ["Order"], measure: "sum", property: "$revenue", op: "gte", value: 10000 } }, PRO] } },
      { value: "small", when: { and: [{ did: { events: ["Order"] } }] } },
    ];
    const body = bodyOf(draftOf(tagOf({ value_type: "text", allowed: ["big", "small"], config: { values, default: "none" } })));
    expect(body.config).toEqual({ values, default: "none" });
    expect(body.kind).toBe("rule");
    expect(body.allowed).toEqual(["big", "small"]);
  });

  it("keeps every part of a measure", () => {
    const share = {
      measure: "share",
      roles: ["purchase"],
      events: [],
      where: { and: [{ property: { name: "coupon", op: "equals", value: true } }] },
      within: { op: "after", value: { ago: 365, unit: "day" } },
      among: { roles: ["purchase"], events: [] },
    };
    expect(bodyOf(draftOf(tagOf({ kind: "computed", value_type: "number", config: share }))).config).toEqual(share);
    const slope = { measure: "trend", events: ["Visit"], style: "slope", days: 7, periods: 4 };
    expect(bodyOf(draftOf(tagOf({ kind: "computed", value_type: "number", config: slope }))).config).toEqual(slope);
  });

  it("keeps the settings of a ready-made rule, and what a model says of its tag", () => {
    const config = { rule: "rfm", settings: { part: "cell", days: 90 } };
    const draft = draftOf(tagOf({ value_type: "text", config }));
    expect(draft.way).toBe("ready");
    expect(bodyOf(draft)).toMatchObject({ kind: "rule", config });
    const model = { model: "churn_risk", fallback: null };
    expect(bodyOf(draftOf(tagOf({ kind: "model", value_type: "number", config: model }))).config).toEqual(model);
  });
});

describe("what a draft lacks", () => {
  it("is said with its place, by the paths of the API", () => {
    const { own, inside } = lacksOf(blankDraft("rule"), "", new Set(), false);
    expect(own.map(({ lack }) => lack)).toEqual(["label", "key"]);
    expect(inside).toEqual([{ path: "config.values[0].when.and", lack: "empty" }]);
    expect(definitionLacks({ ...blankDraft("computed"), computed: { ...blankDraft().computed, measure: "sum" } }).own).toEqual([
      { lack: "property" },
    ]);
    expect(definitionLacks({ ...blankDraft("rule"), valueType: "number" }).own).toEqual([{ lack: "value", at: 0 }]);
  });

  it("is nothing for one that is given by hand", () => {
    const draft = { ...blankDraft("manual"), label: { zh: "贵宾", en: "" } };
    expect(lacksOf(draft, "tag_1", new Set(), false)).toEqual({ own: [], inside: [] });
    expect(lacksOf(draft, "tag_1", new Set(["tag_1"]), false).own).toEqual([{ lack: "taken" }]);
  });
});

it("makes keys from names", () => {
  expect(tagKeyFor({ zh: "贵宾", en: "" }, new Set())).toBe("tag_1");
  expect(tagKeyFor({ zh: "", en: "VIP (gold)" }, new Set())).toBe("vip_gold");
  expect(tagKeyFor({ zh: "", en: "VIP" }, new Set(["vip"]))).toBe("vip_2");
  expect(tagKeyFor({ zh: "", en: "30 days" }, new Set())).toBe("days");
});

it("knows which type a measure gives and whether it needs a property", () => {
  expect(typesOf("unique_list")).toEqual(["list"]);
  expect(typesOf("count")).toEqual(["number"]);
  expect(propertyOf("share")).toBe("possible");
  expect(propertyOf("count")).toBe("none");
});

it("draws a form from a schema of settings", () => {
  const fields = fieldsOf({
    properties: {
      days: { type: "integer", minimum: 1, maximum: 365 },
      part: { enum: ["a", "b"], type: "string" },
      maybe: { anyOf: [{ type: "number" }, { type: "null" }] },
      events: { type: "array", items: { type: "string" } },
    },
  });
  expect(fields.map(({ name, kind, low, high }) => [name, kind, low, high])).toEqual([
    ["days", "number", 1, 365],
    ["part", "choice", null, null],
    ["maybe", "number", null, null],
    ["events", "texts", null, null],
  ]);
});
