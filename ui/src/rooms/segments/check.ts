// What is not filled in yet, or cannot be? Said at once and in the reader's language; what only the server knows, it says.
import { join, type Condition, type Group, type Moment, type Part, type Test } from "./condition";
import { walk } from "./edit";

export type Lack = "empty" | "name" | "value" | "order" | "property" | "steps" | "count" | "percent" | "segment" | "list" | "tag";

export interface Problem {
  readonly path: string;
  readonly lack: Lack;
}

/** Everything that keeps the condition from being asked. */
export function check(root: Group): Problem[] {
  return walk(root).flatMap(({ part, body }) => problemsOf(part, body));
}

function problemsOf(part: Part, body: string): Problem[] {
  if (part.type === "group") return part.parts.length === 0 ? [{ path: body, lack: "empty" }] : [];
  return conditionProblems(part.condition, body);
}

function conditionProblems(condition: Condition, body: string): Problem[] {
  const at = (field: string, lack: Lack): Problem => ({ path: join(body, field), lack });
  switch (condition.kind) {
    case "did": {
      const measured = ["sum", "average", "min", "max", "distinct"].includes(condition.measure);
      return [
        ...(measured && condition.property.trim() === "" ? [at("property", "property")] : []),
        ...testProblems(condition.test, body),
        ...withinProblems(condition.within, body),
      ];
    }
    case "regular": {
      const { atLeast, outOf } = condition;
      if (!isCount(outOf) || outOf > 400) return [at("out_of", "count")];
      if (!isCount(atLeast)) return [at("at_least", "count")];
      return atLeast > outOf ? [at("at_least", "order")] : [];
    }
    case "sequence":
      return [
        ...(condition.steps.length < 2 ? [at("steps", "steps")] : []),
        ...(isCount(condition.amount) ? [] : [at("amount", "count")]),
        ...withinProblems(condition.within, body),
      ];
    case "trait":
    case "tag":
    case "property":
    case "column":
      return [...(condition.name.trim() === "" ? [at("name", "name")] : []), ...testProblems(condition.test, body)];
    case "person":
      return testProblems(condition.test, body);
    case "top":
      return [...(condition.tag.trim() === "" ? [at("tag", "tag")] : []), ...percentProblems(condition.percent, at)];
    case "sample":
      return percentProblems(condition.percent, at);
    case "list":
      return isCount(condition.listId) ? [] : [at("id", "list")];
    case "related":
      return isCount(condition.atLeast) ? [] : [at("at_least", "count")];
    case "segment":
      return condition.key === "" ? [at("key", "segment")] : [];
  }
}

function isCount(value: number | null): value is number {
  return value !== null && Number.isInteger(value) && value >= 1;
}

function percentProblems(value: number | null, at: (field: string, lack: Lack) => Problem): Problem[] {
  return value !== null && value > 0 && value <= 100 ? [] : [at("percent", "percent")];
}

function withinProblems(within: Test | null, body: string): Problem[] {
  return within ? testProblems(within, join(body, "within")) : [];
}

function testProblems(test: Test, body: string): Problem[] {
  const path = join(body, "value");
  if (test.op === "is_set" || test.op === "is_not_set") return [];
  if (test.op === "between") {
    const [low, high] = Array.isArray(test.value) ? (test.value as readonly unknown[]) : [];
    if (isMissing(low) || isMissing(high)) return [{ path, lack: "value" }];
    return inOrder(low, high) ? [] : [{ path, lack: "order" }];
  }
  if (test.op === "in" || test.op === "not_in") {
    return Array.isArray(test.value) && test.value.length > 0 ? [] : [{ path, lack: "value" }];
  }
  // An empty text is a value for "is"; the other tests need something to look for.
  const empty = test.value === "" && !["equals", "not_equals", "list_contains", "not_list_contains"].includes(test.op);
  return isMissing(test.value) || empty ? [{ path, lack: "value" }] : [];
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "object" && "ago" in value && !Number.isInteger(value.ago));
}

const LENGTH: Record<string, number> = { minute: 1 / 1440, hour: 1 / 24, day: 1, week: 7, month: 30.4, year: 365.2 };

function inOrder(low: unknown, high: unknown): boolean {
  if (typeof low === "number" && typeof high === "number") return low <= high;
  if (typeof low === "string" && typeof high === "string") return new Date(low) <= new Date(high);
  const [first, last] = [low as Moment, high as Moment];
  if (typeof first === "object" && typeof last === "object") {
    return first.ago * (LENGTH[first.unit] ?? 1) >= last.ago * (LENGTH[last.unit] ?? 1) || first.unit !== last.unit;
  }
  return true;
}
