// How is the builder's tree written for the API, and for those who keep segments as code?
import { REVENUE, type Condition, type Doing, type Part, type Test, type Zone } from "./condition";
import { isTimed } from "./tests";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

export function dump(part: Part): JsonObject {
  const body = part.type === "group" ? part.parts.map(dump) : bodyOf(part.condition);
  const node = { [part.type === "group" ? part.join : part.condition.kind]: body };
  return part.not ? { not: node } : node;
}

function testOf(test: Test): JsonObject {
  if (test.op === "is_set" || test.op === "is_not_set") return { op: test.op };
  return { op: test.op, value: test.value as Json, ...(test.ignoreCase ? { ignore_case: true } : {}) };
}

function doingOf(doing: Doing): JsonObject {
  return { events: [...doing.events], ...(doing.where ? { where: dump(doing.where) } : {}) };
}

function withinOf(within: Test | null): JsonObject {
  return within ? { within: testOf(within) } : {};
}

function zoneOf(zone: Zone | undefined, matters = true): JsonObject {
  return zone === "person" && matters ? { zone } : {};
}

function bodyOf(condition: Condition): JsonObject {
  switch (condition.kind) {
    case "did": {
      const { measure, test, zone, property } = condition;
      const plain = measure === "count" && test.op === "gte" && test.value === 1;
      return {
        ...doingOf(condition.doing),
        ...withinOf(condition.within),
        ...zoneOf(zone),
        ...(measure === "count" ? {} : { measure }),
        ...(property ? { property } : {}),
        ...(plain ? {} : testOf(test)),
      };
    }
    case "regular":
      return {
        ...doingOf(condition.doing),
        unit: condition.unit,
        at_least: condition.atLeast,
        out_of: condition.outOf,
        ...zoneOf(condition.zone),
      };
    case "sequence":
      return {
        steps: condition.steps.map(({ doing }) => doingOf(doing)),
        amount: condition.amount,
        unit: condition.unit,
        ...withinOf(condition.within),
        ...zoneOf(condition.zone, condition.within !== null),
      };
    case "trait":
    case "tag":
    case "property":
    case "column":
    case "person":
      return { name: condition.name, ...testOf(condition.test), ...zoneOf(condition.zone, isTimed(condition.test)) };
    case "top":
      return { tag: condition.tag, percent: condition.percent, ...(condition.lowest ? { lowest: true } : {}) };
    case "sample":
      return { percent: condition.percent, salt: condition.salt };
    case "list":
      return { id: condition.listId };
    case "related":
      return { kind: condition.relation, at_least: condition.atLeast, ...(condition.who ? { who: dump(condition.who) } : {}) };
    case "segment":
      return { key: condition.key };
  }
}

/** Whether what is measured is money. */
export function isMoney(condition: Condition): boolean {
  return condition.kind === "did" && condition.property === REVENUE && condition.measure !== "distinct";
}
