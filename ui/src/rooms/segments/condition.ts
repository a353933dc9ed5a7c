// What can be asked of a person, as the builder holds it? A tree of groups and conditions; `read` and `dump` are its JSON.
// Every node has an id of its own, so that it keeps its place on the screen while others come and go.

export type Scalar = string | number | boolean;
export type Unit = "minute" | "hour" | "day" | "week" | "month" | "year";
export const UNITS: readonly Unit[] = ["minute", "hour", "day", "week", "month", "year"];

/** So many units before now; negative: ahead of now. whole: back to the start of that unit. */
export interface Ago {
  readonly ago: number;
  readonly unit: Unit;
  readonly whole?: boolean;
}
/** A day ("2026-03-01"), an instant with its offset, or relative to now. */
export type Moment = string | Ago;
export type TestValue = Scalar | null | Ago | readonly (Scalar | null)[] | readonly [Moment, Moment];

export const OPS = [
  "equals",
  "not_equals",
  "in",
  "not_in",
  "contains",
  "not_contains",
  "starts_with",
  "ends_with",
  "regex",
  "not_regex",
  "gt",
  "gte",
  "lt",
  "lte",
  "between",
  "before",
  "after",
  "list_contains",
  "not_list_contains",
  "is_set",
  "is_not_set",
] as const;
export type Op = (typeof OPS)[number];

/** What is asked of one value; null where it is not filled in yet. */
export interface Test {
  readonly op: Op;
  readonly value: TestValue;
  readonly ignoreCase: boolean;
}

/** Which events: any of them (none named: any event at all) for which the filter holds. */
export interface Doing {
  readonly events: readonly string[];
  readonly where: Group | null;
}

export const MEASURES = ["count", "days", "sum", "average", "min", "max", "distinct", "first_at", "last_at"] as const;
export type Measure = (typeof MEASURES)[number];
export const CALENDAR = ["day", "week", "month"] as const;
export const LENGTHS = ["second", "minute", "hour", "day", "week"] as const;
export const FACTS = ["first_seen", "last_seen", "events", "days", "identified"] as const;
export type Fact = (typeof FACTS)[number];
/** In place of a property: the revenue of the event, in minor units of the workspace's currency. */
export const REVENUE = "$revenue";

/** Whose calendar windows and days follow; left out it is the workspace's. */
export type Zone = "workspace" | "person";

export interface Did {
  readonly kind: "did";
  readonly doing: Doing;
  readonly within: Test | null;
  readonly zone: Zone;
  readonly measure: Measure;
  readonly property: string;
  readonly test: Test;
}
export interface Regular {
  readonly kind: "regular";
  readonly doing: Doing;
  readonly unit: (typeof CALENDAR)[number];
  readonly atLeast: number | null;
  readonly outOf: number | null;
  readonly zone?: Zone;
}
export interface Step {
  readonly id: string;
  readonly doing: Doing;
}
export interface Sequence {
  readonly kind: "sequence";
  readonly steps: readonly Step[];
  readonly amount: number | null;
  readonly unit: (typeof LENGTHS)[number];
  readonly within: Test | null;
  readonly zone?: Zone;
}
/** A test on something that has a name: a trait or a tag of the person, a property or a column of an event. */
export interface Named {
  readonly kind: "trait" | "tag" | "property" | "column";
  readonly name: string;
  readonly test: Test;
  /** Of a test on time. */
  readonly zone?: Zone;
}
export interface PersonFact {
  readonly kind: "person";
  readonly name: Fact;
  readonly test: Test;
  readonly zone?: Zone;
}
export interface Top {
  readonly kind: "top";
  readonly tag: string;
  readonly percent: number | null;
  readonly lowest: boolean;
}
export interface Sample {
  readonly kind: "sample";
  readonly percent: number | null;
  readonly salt: string;
}
export interface Listed {
  readonly kind: "list";
  readonly listId: number | null;
}
export interface Related {
  readonly kind: "related";
  readonly relation: "invited" | "invited_by";
  readonly atLeast: number | null;
  readonly who: Group | null;
}
export interface InSegment {
  readonly kind: "segment";
  readonly key: string;
}
export type Condition = Did | Regular | Sequence | Named | PersonFact | Top | Sample | Listed | Related | InSegment;
export type Kind = Condition["kind"];

/** What people can be asked, in the order in which a menu offers it. */
export const PEOPLE_KINDS = [
  "did",
  "regular",
  "sequence",
  "trait",
  "tag",
  "top",
  "person",
  "segment",
  "list",
  "related",
  "sample",
] as const satisfies readonly Kind[];
/** What single events can be asked. */
export const EVENT_KINDS = ["property", "column"] as const satisfies readonly Kind[];

export interface Leaf {
  readonly id: string;
  readonly type: "leaf";
  readonly not: boolean;
  readonly condition: Condition;
}
export interface Group {
  readonly id: string;
  readonly type: "group";
  readonly not: boolean;
  readonly join: "and" | "or";
  readonly parts: readonly Part[];
}
export type Part = Leaf | Group;

let made = 0;

export function freshId(): string {
  made += 1;
  return `n${made}`;
}

export function leafOf(condition: Condition, not = false): Leaf {
  return { id: freshId(), type: "leaf", not, condition };
}

export function groupOf(parts: readonly Part[], join: "and" | "or" = "and", not = false): Group {
  return { id: freshId(), type: "group", not, join, parts };
}

export const AT_LEAST_ONCE: Test = { op: "gte", value: 1, ignoreCase: false };
const NO_TEST: Test = { op: "equals", value: null, ignoreCase: false };

export function lastDays(amount: number, unit: Unit = "day"): Test {
  return { op: "after", value: { ago: amount, unit }, ignoreCase: false };
}

export function doingOf(...events: readonly string[]): Doing {
  return { events, where: null };
}

export function didOf(doing: Doing, more: Partial<Omit<Did, "kind" | "doing">> = {}): Did {
  return { kind: "did", doing, within: null, zone: "workspace", measure: "count", property: "", test: AT_LEAST_ONCE, ...more };
}

/** A new condition, as empty as it may be. */
export function blank(kind: Kind): Condition {
  switch (kind) {
    case "did":
      return didOf(doingOf(), { within: lastDays(30) });
    case "regular":
      return { kind, doing: doingOf(), unit: "week", atLeast: 3, outOf: 4 };
    case "sequence":
      return { kind, steps: [doingOf(), doingOf()].map((doing) => ({ id: freshId(), doing })), amount: 1, unit: "day", within: null };
    case "trait":
    case "tag":
    case "property":
    case "column":
      return { kind, name: "", test: NO_TEST };
    case "person":
      return { kind, name: "last_seen", test: lastDays(30) };
    case "top":
      return { kind, tag: "", percent: 10, lowest: false };
    case "sample":
      return { kind, percent: 10, salt: "" };
    case "list":
      return { kind, listId: null };
    case "related":
      return { kind, relation: "invited", atLeast: 1, who: null };
    case "segment":
      return { kind, key: "" };
  }
}

/** The paths of the API's errors: of the node itself, and of its body behind its own key. */
export interface Paths {
  readonly outer: string;
  readonly body: string;
}

export function join(path: string, step: string): string {
  return step.startsWith("[") || path === "" ? `${path}${step}` : `${path}.${step}`;
}

export function pathsOf(part: Part, outer: string): Paths {
  const inner = part.not ? join(outer, "not") : outer;
  return { outer, body: join(inner, part.type === "group" ? part.join : part.condition.kind) };
}

/** The doings of a condition with the paths of their bodies. */
export function doingsOf(condition: Condition, body: string): readonly { readonly doing: Doing; readonly path: string }[] {
  if (condition.kind === "did" || condition.kind === "regular") return [{ doing: condition.doing, path: body }];
  if (condition.kind === "sequence") return condition.steps.map(({ doing }, i) => ({ doing, path: join(body, `steps[${i}]`) }));
  return [];
}

/** Groups inside of a condition, with their paths: filters on its events, and who the others must be. */
export function innerGroups(condition: Condition, body: string): readonly { readonly group: Group; readonly path: string }[] {
  const found = doingsOf(condition, body).flatMap(({ doing, path }) =>
    doing.where ? [{ group: doing.where, path: join(path, "where") }] : [],
  );
  return condition.kind === "related" && condition.who ? [...found, { group: condition.who, path: join(body, "who") }] : found;
}
