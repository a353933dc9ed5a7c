// Which tests fit a value, and what does each of them compare with?
import type { Moment, Op, Scalar, Test, TestValue } from "./condition";
import type { ValueType } from "./names";

/** What stands beside the operator. */
export type Operand = "none" | "scalar" | "scalars" | "text" | "number" | "numbers" | "moment" | "moments";
/** "between" of dates, where numbers are possible too. */
export type Choice = Op | "between_times";

const PRESENCE: readonly Choice[] = ["is_set", "is_not_set"];
const TEXT: readonly Choice[] = [
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
];
const NUMBER: readonly Choice[] = ["equals", "not_equals", "gt", "gte", "lt", "lte", "between", "in", "not_in"];
const TIME: readonly Choice[] = ["after", "before", "between_times"];
const LIST: readonly Choice[] = ["list_contains", "not_list_contains"];

export function choicesFor(type: ValueType): readonly Choice[] {
  switch (type) {
    case "text":
      return [...TEXT, ...PRESENCE];
    case "number":
      return [...NUMBER, ...PRESENCE];
    case "boolean":
      return ["equals", ...PRESENCE];
    case "time":
    case "day":
      return [...TIME, ...PRESENCE];
    case "list":
      return [...LIST, ...PRESENCE];
    case "any":
      return [...new Set([...TEXT, ...NUMBER, ...TIME, ...LIST, ...PRESENCE])];
  }
}

/** Number tests of a measure: it always has a value. */
export const MEASURE_CHOICES: readonly Choice[] = ["gte", "lte", "gt", "lt", "equals", "not_equals", "between"];
export const TIME_CHOICES = TIME;

export function isMoment(value: unknown): value is Moment {
  return typeof value === "string" || (typeof value === "object" && value !== null && "ago" in value);
}

/** The two ends of a test between moments. */
export function momentsOf(value: TestValue): readonly [Moment, Moment] | null {
  const [first, last] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  return isMoment(first) && isMoment(last) ? [first, last] : null;
}

export function choiceOf({ op, value }: Test): Choice {
  return op === "between" && Array.isArray(value) && isMoment(value[0]) ? "between_times" : op;
}

export function operandOf(choice: Choice): Operand {
  switch (choice) {
    case "is_set":
    case "is_not_set":
      return "none";
    case "in":
    case "not_in":
      return "scalars";
    case "equals":
    case "not_equals":
    case "list_contains":
    case "not_list_contains":
      return "scalar";
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return "number";
    case "between":
      return "numbers";
    case "before":
    case "after":
      return "moment";
    case "between_times":
      return "moments";
    default:
      return "text";
  }
}

/** Whether it is a test on time, which goes by somebody's clock. */
export function isTimed(test: Test): boolean {
  return ["moment", "moments"].includes(operandOf(choiceOf(test)));
}

const CASED = new Set<Choice>([
  "equals",
  "not_equals",
  "in",
  "not_in",
  "contains",
  "not_contains",
  "starts_with",
  "ends_with",
  "list_contains",
  "not_list_contains",
]);

export function knowsCase(choice: Choice): boolean {
  return CASED.has(choice);
}

function scalarOf(value: TestValue): Scalar | null {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === "string" || typeof one === "number" || typeof one === "boolean" ? one : null;
}

function numberOf(value: Scalar | null): number | null {
  if (typeof value === "number") return value;
  return typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : null;
}

const AGO: Moment = { ago: 30, unit: "day" };

/** The test with another operator; what was typed is kept as far as it fits. */
export function withChoice(test: Test, choice: Choice): Test {
  const op: Op = choice === "between_times" ? "between" : choice;
  const [before, after] = [operandOf(choiceOf(test)), operandOf(choice)];
  const ignoreCase = test.ignoreCase && knowsCase(choice);
  if (before === after) return { op, value: test.value, ignoreCase };
  const scalar = before === "moment" || before === "moments" ? null : scalarOf(test.value);
  const value = (): TestValue => {
    switch (after) {
      case "none":
        return null;
      case "scalar":
        return scalar;
      case "scalars":
        return scalar === null || scalar === "" ? [] : [scalar];
      case "text":
        return scalar === null ? null : String(scalar);
      case "number":
        return numberOf(scalar);
      case "numbers":
        return [numberOf(scalar), null];
      case "moment":
        return before === "moments" && Array.isArray(test.value) ? (test.value[0] as string) : AGO;
      case "moments":
        return before === "moment" && isMoment(test.value) ? [test.value, { ago: 0, unit: "day" }] : [AGO, { ago: 0, unit: "day" }];
    }
  };
  return { op, value: value(), ignoreCase };
}

/** A test that fits the type; the one that stands where it fits already. */
export function fitted(test: Test, type: ValueType): Test {
  const choices = choicesFor(type);
  const choice = choiceOf(test);
  if (choices.includes(choice)) {
    if (type === "boolean" && choice === "equals" && typeof test.value !== "boolean")
      return { op: "equals", value: true, ignoreCase: false };
    if (type === "number" && choice === "equals") return { ...test, value: numberOf(scalarOf(test.value)) };
    return test;
  }
  const first = choices[0] ?? "equals";
  const next = withChoice(test, first);
  return type === "boolean" ? { ...next, value: true } : next;
}
