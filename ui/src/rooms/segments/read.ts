// Is this JSON a condition on people, and which tree is it? What is wrong with it is said with its place, as the API says it.
import {
  AT_LEAST_ONCE,
  CALENDAR,
  EVENT_KINDS,
  FACTS,
  freshId,
  groupOf,
  join,
  leafOf,
  LENGTHS,
  MEASURES,
  OPS,
  PEOPLE_KINDS,
  UNITS,
  type Ago,
  type Condition,
  type Doing,
  type Group,
  type Kind,
  type Part,
  type Scalar,
  type Test,
  type TestValue,
} from "./condition";

export type Fault = "object" | "unknown" | "list" | "key" | "form";

/** What cannot be read, and where. */
export class ReadError extends Error {
  readonly path: string;
  readonly fault: Fault;
  /** The word that was found, where there is one. */
  readonly found: string;

  constructor(path: string, fault: Fault, found = "") {
    super(`${path}: ${fault} ${found}`);
    this.path = path;
    this.fault = fault;
    this.found = found;
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** The tree; the outermost node is always a group. Throws ReadError. */
export function read(json: unknown): Group {
  return asGroup(readPart(json, "", PEOPLE_KINDS));
}

/** The tree of a filter on single events; throws ReadError. */
export function readFilter(json: unknown): Group {
  return asGroup(readPart(json, "", EVENT_KINDS));
}

function asGroup(part: Part): Group {
  return part.type === "group" ? part : groupOf([part]);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readPart(json: unknown, path: string, kinds: readonly Kind[]): Part {
  const [entry, ...more] = isFields(json) ? Object.entries(json) : [];
  if (!entry || more.length > 0) throw new ReadError(path, "object");
  const [key, body] = entry;
  const inside = join(path, key);
  if (key === "not") {
    const part = readPart(body, inside, kinds);
    return { ...part, not: !part.not }; // not of not is what stands inside
  }
  if (key === "and" || key === "or") {
    if (!Array.isArray(body) || body.length === 0) throw new ReadError(inside, "list");
    return groupOf(
      body.map((each, i) => readPart(each, `${inside}[${i}]`, kinds)),
      key,
    );
  }
  const kind = kinds.find((each) => each === key);
  if (!kind) throw new ReadError(path, "unknown", key);
  return leafOf(readBody(kind, body, inside));
}

function fieldsOf(body: unknown, path: string, known: readonly string[]): Fields {
  if (!isFields(body)) throw new ReadError(path, "form");
  const strange = Object.keys(body).find((key) => !known.includes(key));
  if (strange !== undefined) throw new ReadError(path, "key", strange);
  return body;
}

function readBody(kind: Kind, body: unknown, path: string): Condition {
  switch (kind) {
    case "did":
      return readDid(
        fieldsOf(body, path, ["events", "where", "within", "zone", "measure", "property", "op", "value", "ignore_case"]),
        path,
      );
    case "regular": {
      const of = fieldsOf(body, path, ["events", "where", "unit", "at_least", "out_of", "zone"]);
      const unit = oneOf(of, "unit", CALENDAR, "week", path);
      return {
        kind,
        doing: doing(of, path),
        unit,
        atLeast: number(of, "at_least", path),
        outOf: number(of, "out_of", path),
        ...zone(of, path),
      };
    }
    case "sequence":
      return readSequence(fieldsOf(body, path, ["steps", "amount", "unit", "within", "zone"]), path);
    case "trait":
    case "tag": {
      const of = fieldsOf(body, path, ["name", "op", "value", "ignore_case", "zone"]);
      return { kind, name: text(of, "name", path), test: test(of, path), ...zone(of, path) };
    }
    case "property":
    case "column": {
      const of = fieldsOf(body, path, ["name", "op", "value", "ignore_case"]);
      return { kind, name: text(of, "name", path), test: test(of, path) };
    }
    case "person": {
      const of = fieldsOf(body, path, ["name", "op", "value", "ignore_case", "zone"]);
      return { kind, name: oneOf(of, "name", FACTS, null, path), test: test(of, path), ...zone(of, path) };
    }
    case "top": {
      const of = fieldsOf(body, path, ["tag", "percent", "lowest"]);
      return { kind, tag: text(of, "tag", path), percent: number(of, "percent", path), lowest: flag(of, "lowest", path) };
    }
    case "sample": {
      const of = fieldsOf(body, path, ["percent", "salt"]);
      return { kind, percent: number(of, "percent", path), salt: text(of, "salt", path, "") };
    }
    case "list":
      return { kind, listId: number(fieldsOf(body, path, ["id"]), "id", path) };
    case "related": {
      const of = fieldsOf(body, path, ["kind", "at_least", "who"]);
      const who = of.who === undefined || of.who === null ? null : asGroup(readPart(of.who, join(path, "who"), PEOPLE_KINDS));
      return {
        kind,
        relation: oneOf(of, "kind", ["invited", "invited_by"], "invited", path),
        atLeast: number(of, "at_least", path, 1),
        who,
      };
    }
    case "segment":
      return { kind, key: text(fieldsOf(body, path, ["key"]), "key", path) };
  }
}

function readDid(of: Fields, path: string): Condition {
  const measure = oneOf(of, "measure", MEASURES, "count", path);
  const usual = !("op" in of) && !("value" in of) && (measure === "count" || measure === "days");
  return {
    kind: "did",
    doing: doing(of, path),
    within: within(of, path),
    zone: oneOf(of, "zone", ["workspace", "person"], "workspace", path),
    measure,
    property: text(of, "property", path, ""),
    test: usual ? AT_LEAST_ONCE : test(of, path),
  };
}

function readSequence(of: Fields, path: string): Condition {
  if (!Array.isArray(of.steps)) throw new ReadError(join(path, "steps"), "list");
  const steps = of.steps.map((step: unknown, i) => {
    const at = join(path, `steps[${i}]`);
    return { id: freshId(), doing: doing(fieldsOf(step, at, ["events", "where"]), at) };
  });
  const unit = oneOf(of, "unit", LENGTHS, "day", path);
  return { kind: "sequence", steps, amount: number(of, "amount", path), unit, within: within(of, path), ...zone(of, path) };
}

function zone(of: Fields, path: string): { zone?: "person" } {
  return oneOf(of, "zone", ["workspace", "person"], "workspace", path) === "person" ? { zone: "person" } : {};
}

function doing(of: Fields, path: string): Doing {
  const events = of.events ?? [];
  if (!Array.isArray(events) || !events.every((name) => typeof name === "string")) throw new ReadError(join(path, "events"), "list");
  const where = of.where === undefined || of.where === null ? null : asGroup(readPart(of.where, join(path, "where"), EVENT_KINDS));
  return { events, where };
}

function within(of: Fields, path: string): Test | null {
  if (of.within === undefined || of.within === null) return null;
  const at = join(path, "within");
  return test(fieldsOf(of.within, at, ["op", "value"]), at);
}

function test(of: Fields, path: string): Test {
  const op = OPS.find((each) => each === of.op);
  if (!op) throw new ReadError(path, "form", typeof of.op === "string" ? of.op : "op");
  return { op, value: value(of.value ?? null, join(path, "value")), ignoreCase: flag(of, "ignore_case", path) };
}

function isScalar(found: unknown): found is Scalar {
  return typeof found === "string" || typeof found === "number" || typeof found === "boolean";
}

function ago(found: Fields, path: string): Ago {
  const unit = UNITS.find((each) => each === found.unit);
  if (!unit || typeof found.ago !== "number" || !["boolean", "undefined"].includes(typeof found.whole)) throw new ReadError(path, "form");
  fieldsOf(found, path, ["ago", "unit", "whole"]);
  return { ago: found.ago, unit, ...(found.whole === true ? { whole: true } : {}) };
}

function value(found: unknown, path: string): TestValue {
  if (found === null || isScalar(found)) return found;
  if (Array.isArray(found)) {
    const items = found.map((each: unknown, i) => (isFields(each) ? ago(each, `${path}[${i}]`) : each));
    if (items.every(isScalar)) return items;
    const [first, last] = items;
    const moment = (each: unknown): each is string | Ago => typeof each === "string" || isFields(each);
    if (items.length === 2 && moment(first) && moment(last)) return [first, last];
    throw new ReadError(path, "form");
  }
  if (isFields(found)) return ago(found, path);
  throw new ReadError(path, "form");
}

function text(of: Fields, name: string, path: string, usual?: string): string {
  const found = of[name] ?? usual;
  if (typeof found !== "string") throw new ReadError(join(path, name), "form");
  return found;
}

function number(of: Fields, name: string, path: string, usual: number | null = null): number | null {
  const found = of[name] ?? usual;
  if (found !== null && typeof found !== "number") throw new ReadError(join(path, name), "form");
  return found;
}

function flag(of: Fields, name: string, path: string): boolean {
  const found = of[name] ?? false;
  if (typeof found !== "boolean") throw new ReadError(join(path, name), "form");
  return found;
}

function oneOf<T extends string>(of: Fields, name: string, known: readonly T[], usual: T | null, path: string): T {
  const found = of[name] ?? usual;
  const one = known.find((each) => each === found);
  if (one === undefined) throw new ReadError(join(path, name), "form", typeof found === "string" ? found : "");
  return one;
}
