import { describe, expect, it } from "vitest";

import { begin, tell, type Story } from "@/parts/story";
import { check } from "./check";
import { blank, didOf, doingOf, groupOf, lastDays, leafOf, PEOPLE_KINDS, type Group, type Leaf } from "./condition";
import { dump } from "./dump";
import {
  addPart,
  canUnwrap,
  duplicatePart,
  movePart,
  onlyChange,
  placeProblems,
  removePart,
  replacePart,
  unwrapPart,
  walk,
  wrapPart,
} from "./edit";
import { read, ReadError } from "./read";

const WHOLE = {
  and: [
    {
      did: {
        events: ["Order Completed", "Order Paid"],
        where: {
          and: [{ property: { name: "total", op: "gte", value: 100 } }, { not: { column: { name: "country", op: "in", value: ["US"] } } }],
        },
        within: { op: "after", value: { ago: 30, unit: "day" } },
        zone: "person",
        measure: "sum",
        property: "total",
        op: "between",
        value: [10, 500],
      },
    },
    { not: { regular: { events: [], unit: "week", at_least: 3, out_of: 4, zone: "person" } } },
    {
      or: [
        { sequence: { steps: [{ events: ["Viewed"] }, { events: ["Bought"] }], amount: 2, unit: "hour" } },
        {
          sequence: {
            steps: [{ events: [] }, { events: ["Bought"] }],
            amount: 1,
            unit: "day",
            within: { op: "after", value: "2026-01-01" },
            zone: "person",
          },
        },
        { trait: { name: "renewal", op: "before", value: { ago: 0, unit: "day", whole: true }, zone: "person" } },
        { person: { name: "last_seen", op: "after", value: { ago: 1, unit: "day" }, zone: "person" } },
        { trait: { name: "plan", op: "equals", value: "pro", ignore_case: true } },
        { tag: { name: "stage", op: "in", value: ["new", "active"] } },
        { top: { tag: "value", percent: 10, lowest: true } },
        { person: { name: "first_seen", op: "between", value: ["2026-01-01", "2026-02-01"] } },
        { person: { name: "identified", op: "equals", value: true } },
      ],
    },
    { related: { kind: "invited", at_least: 2, who: { and: [{ did: { events: ["Order Completed"] } }] } } },
    { segment: { key: "vip" } },
    { list: { id: 3 } },
    { sample: { percent: 12.5, salt: "spring" } },
    { did: { events: ["Seen"], measure: "last_at", op: "before", value: { ago: 0, unit: "month", whole: true } } },
  ],
};

const fault = (json: unknown): [string, string] => {
  try {
    read(json);
  } catch (error) {
    if (error instanceof ReadError) return [error.path, error.fault];
  }
  return ["", "nothing"];
};

describe("a condition as JSON", () => {
  it("comes back as it went in, whatever it asks", () => {
    expect(dump(read(WHOLE))).toEqual(WHOLE);
  });

  it("gets a group around it when it stands alone", () => {
    expect(dump(read({ segment: { key: "vip" } }))).toEqual({ and: [{ segment: { key: "vip" } }] });
    expect(dump(read({ not: { or: [{ segment: { key: "a" } }] } }))).toEqual({ not: { or: [{ segment: { key: "a" } }] } });
    expect(dump(read({ not: { not: { segment: { key: "a" } } } }))).toEqual({ and: [{ segment: { key: "a" } }] });
  });

  it("says where it cannot be read", () => {
    expect(fault(null)).toEqual(["", "object"]);
    expect(fault({ and: [] })).toEqual(["and", "list"]);
    expect(fault({ and: [{ did: {} }, { dit: {} }] })).toEqual(["and[1]", "unknown"]);
    expect(fault({ not: { did: { events: ["A"], sum: 3 } } })).toEqual(["not.did", "key"]);
    expect(fault({ and: [{ did: { events: [], where: { trait: { name: "a", op: "is_set" } } } }] })).toEqual([
      "and[0].did.where",
      "unknown",
    ]);
    expect(fault({ trait: { name: "a", op: "equals", value: { b: 1 } } })).toEqual(["trait.value", "form"]);
    expect(fault({ sequence: { steps: [{ events: "A" }], amount: 1 } })).toEqual(["sequence.steps[0].events", "list"]);
    expect(fault({ regular: { events: [], at_least: "3", out_of: 4 } })).toEqual(["regular.at_least", "form"]);
  });

  it("can be written for every kind that is new", () => {
    for (const kind of PEOPLE_KINDS) {
      const root = groupOf([leafOf(blank(kind))]);
      expect(dump(read(JSON.parse(JSON.stringify(dump(root)))))).toEqual(dump(root));
    }
  });
});

const keys = (group: Group): string[] =>
  group.parts.map((part) => (part.type === "leaf" && part.condition.kind === "segment" ? part.condition.key : part.type));
const inside = (key: string): Leaf => leafOf({ kind: "segment", key });

describe("the tree", () => {
  const abc = groupOf(["a", "b", "c"].map(inside));

  it("takes parts in, out and around", () => {
    expect(keys(addPart(abc, inside("d")))).toEqual(["a", "b", "c", "d"]);
    expect(keys(removePart(abc, 1))).toEqual(["a", "c"]);
    expect(keys(movePart(abc, 0, 1))).toEqual(["b", "a", "c"]);
    expect(movePart(abc, 2, 1)).toBe(abc);
    expect(keys(replacePart(abc, 2, inside("z")))).toEqual(["a", "b", "z"]);
  });

  it("copies with ids of their own, all the way down", () => {
    const deep = read(WHOLE);
    const twice = duplicatePart(groupOf([deep]), 0);
    const ids = walk(twice).map(({ part }) => part.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(twice.parts[1] && dump(twice.parts[1])).toEqual(WHOLE);
  });

  it("wraps, and unwraps only what keeps its meaning", () => {
    const wrapped = wrapPart(abc, 1);
    expect(dump(wrapped)).toEqual({
      and: [{ segment: { key: "a" } }, { or: [{ segment: { key: "b" } }] }, { segment: { key: "c" } }],
    });
    expect(canUnwrap(wrapped, 1)).toBe(true);
    expect(dump(unwrapPart(wrapped, 1))).toEqual(dump(abc));
    const mixed = groupOf([groupOf([inside("a"), inside("b")], "or")]);
    expect(canUnwrap(mixed, 0)).toBe(false);
    expect(canUnwrap(groupOf([groupOf([inside("a")], "or", true)]), 0)).toBe(false);
    expect(unwrapPart(mixed, 0)).toBe(mixed);
  });
});

describe("what is missing", () => {
  it("is named by the API's paths, and stands at the innermost node", () => {
    const filter = groupOf([leafOf({ kind: "property", name: "", test: { op: "equals", value: null, ignoreCase: false } })]);
    const leaf = leafOf(didOf({ events: [], where: filter }, { within: lastDays(7) }), true);
    const root = groupOf([inside("a"), leaf]);
    const problems = check(root);
    expect(problems.map((each) => each.path)).toEqual([
      "and[1].not.did.where.and[0].property.name",
      "and[1].not.did.where.and[0].property.value",
    ]);
    const placed = placeProblems(root, problems);
    expect([...placed.keys()]).toEqual([filter.parts[0]?.id]);
    expect([...placeProblems(root, [{ path: "and[1].not.did.value" }]).keys()]).toEqual([leaf.id]);
    expect([...placeProblems(root, [{ path: "" }]).keys()]).toEqual([root.id]);
  });

  it("covers each kind that is new and empty, and nothing that is whole", () => {
    expect(check(read(WHOLE))).toEqual([]);
    const lacking = PEOPLE_KINDS.filter((kind) => check(groupOf([leafOf(blank(kind))])).length > 0);
    expect(lacking).toEqual(["trait", "tag", "top", "segment", "list"]);
    expect(check(groupOf([]))).toEqual([{ path: "and", lack: "empty" }]);
  });

  it("knows bounds that are the wrong way round", () => {
    const lack = (op: "between", value: readonly [number, number]): string[] =>
      check(groupOf([leafOf(didOf(doingOf("A"), { test: { op, value: [...value], ignoreCase: false } }))])).map((each) => each.lack);
    expect(lack("between", [1, 2])).toEqual([]);
    expect(lack("between", [2, 1])).toEqual(["order"]);
    const regular = { ...blank("regular"), atLeast: 5, outOf: 4 } as ReturnType<typeof blank>;
    expect(check(groupOf([leafOf(regular)]))).toEqual([{ path: "and[0].regular.at_least", lack: "order" }]);
  });
});

const typing = (story: Story<Group>, root: Group, at: number): Story<Group> =>
  tell(story, { do: "set", change: () => root, at, as: onlyChange });

describe("undo", () => {
  const start = groupOf([inside("a"), inside("b")]);
  const typed = (root: Group, index: number, key: string): Group => {
    const part = root.parts[index];
    return part?.type === "leaf" ? replacePart(root, index, { ...part, condition: { kind: "segment", key } }) : root;
  };

  it("takes typing in one field as one step, and everything else apart", () => {
    let story = begin(start);
    for (const [n, key] of ["v", "vi", "vip"].entries()) story = typing(story, typed(story.present, 0, key), n * 100);
    story = typing(story, typed(story.present, 1, "x"), 350);
    story = typing(story, removePart(story.present, 0), 400);
    expect(story.past).toHaveLength(3);
    story = tell(tell(story, { do: "undo" }), { do: "undo" });
    expect(keys(story.present)).toEqual(["vip", "b"]);
    story = tell(story, { do: "undo" });
    expect(story.present).toBe(start);
    expect(tell(story, { do: "undo" })).toBe(story);
    story = tell(tell(tell(story, { do: "redo" }), { do: "redo" }), { do: "redo" });
    expect(keys(story.present)).toEqual(["x"]);
  });

  it("forgets what was undone once something else is done", () => {
    let story = typing(begin(start), addPart(start, inside("c")), 0);
    story = tell(story, { do: "undo" });
    story = typing(story, removePart(start, 0), 1);
    expect(tell(story, { do: "redo" })).toBe(story);
  });
});
