// What is being edited? The rules with their conditions as trees, and what each kind of value begins as.
import type { Group, Kind } from "@/rooms/segments/condition";
import { dump } from "@/rooms/segments/dump";
import { read } from "@/rooms/segments/read";
import type { FlagSpec, ForceRule, Rule, SplitRule, ValueType } from "./queries";

/** A rule and its condition as a tree; null for everybody. */
export interface RuleDraft<R extends Rule = Rule> {
  readonly rule: R;
  readonly root: Group | null;
}

/** What no client can answer. */
export const NOT_HERE: readonly Kind[] = ["did", "regular", "sequence", "tag", "top", "person", "list", "related", "sample"];

export const FIRST: Record<ValueType, unknown> = { boolean: false, string: "", number: 0, json: {} };
const OTHER: Record<ValueType, unknown> = { boolean: true, string: "new", number: 1, json: { new: true } };

export function draftsOf(spec: FlagSpec): readonly RuleDraft[] {
  return spec.rules.map((rule) => ({ rule, root: rule.condition === null ? null : read(rule.condition) }));
}

export function specOf(spec: FlagSpec, drafts: readonly RuleDraft[]): FlagSpec {
  return { ...spec, rules: drafts.map(({ rule, root }) => ({ ...rule, condition: root === null ? null : dump(root) })) };
}

function freshRule(rules: readonly RuleDraft[]): string {
  const taken = new Set(rules.map(({ rule }) => rule.id));
  let number = rules.length + 1;
  while (taken.has(`rule-${number}`)) number += 1;
  return `rule-${number}`;
}

const head = { note: "", on: true, condition: null, prerequisites: [], hash_attribute: "id", seed: "" };

export function forceRule(rules: readonly RuleDraft[], kind: ValueType, percent: number): RuleDraft<ForceRule> {
  const rule = { ...head, id: freshRule(rules), kind: "force", percent, ramp: null, value: OTHER[kind] } as ForceRule;
  return { rule, root: null };
}

export function splitRule(rules: readonly RuleDraft[], kind: ValueType, experiment: string): RuleDraft<SplitRule> {
  const arms = [
    { key: "control", name: "Control", value: FIRST[kind], weight: 50 },
    { key: "treatment", name: "Treatment", value: OTHER[kind], weight: 50 },
  ] as SplitRule["arms"];
  const rest = { namespace: null, fallback_attribute: "", sticky: false, version: 0, least_version: 0 };
  const rule = { ...head, ...rest, id: freshRule(rules), kind: "split", percent: 100, experiment, arms } as SplitRule;
  return { rule, root: null };
}

/** The weights that are as equal as two decimals allow, and add up to 100. */
export function equalWeights(count: number): readonly number[] {
  const each = Math.floor(10_000 / count);
  return Array.from({ length: count }, (_, at) => (at === 0 ? 10_000 - each * (count - 1) : each) / 100);
}

export function totalOf(rule: SplitRule): number {
  return Math.round(rule.arms.reduce((sum, arm) => sum + arm.weight, 0) * 100) / 100;
}

/** A value as the field shows it, and back; undefined for text that is no such value. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
