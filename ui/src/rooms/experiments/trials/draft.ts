// What does the form of an experiment hold, and what is sent of it? Pure functions of the design.
import type { TrialMetric, TrialSpec } from "./queries";

export const KINDS = ["mean", "proportion", "ratio", "quantile", "retention", "funnel", "revenue", "trimmed", "top_share"] as const;
export type Kind = (typeof KINDS)[number];
export const METHODS = ["sequential", "planned", "once", "bayesian"] as const;
export const SOURCES = ["flag", "flow", "message", "coupon", "slot", "tag", "other"] as const;
export const ROLES = ["primary", "secondary", "guardrail"] as const;

/** A config in JSON, read without trust: forms change one part of it and leave the others. */
export type Config = Readonly<Record<string, unknown>>;

export function blank(nameOfControl: string, nameOfNew: string, nameOfMetric: string): TrialSpec {
  return {
    hypothesis: "",
    source: "flag",
    tag: "",
    exposure: {
      events: ["Experiment Viewed", "experiment.exposed"],
      experiment_id: "",
      id_property: "experiment_id",
      arm_property: "variation_id",
    },
    arms: [
      { key: "control", name: nameOfControl, weight: 50 },
      { key: "new", name: nameOfNew, weight: 50 },
    ],
    control: "control",
    metrics: [freshMetric([], nameOfMetric, "primary")],
    method: "sequential",
    alpha: 0.05,
    power: 0.8,
    smallest_effect: 0.05,
    planned_days: 28,
    before_days: 28,
    correction: "holm",
    tuned_for: 5000,
    prior_deviation: 0.3,
  };
}

/** The words of the two arms of a tag, as they are shown. */
export interface TagArms {
  readonly act: string;
  readonly ignore: string;
}

/** What is different about a design in which a tag is tried: its arms are given, and the server tells the exposures. */
export function tagDesign(tag: string, names: TagArms, old: TrialSpec): Partial<TrialSpec> {
  return {
    source: "tag",
    tag,
    arms: [
      { key: "act", name: names.act, weight: 50 },
      { key: "ignore", name: names.ignore, weight: 50 },
    ],
    control: "ignore",
    exposure: blank("", "", "").exposure,
    metrics: old.metrics,
  };
}

/** A source as it is chosen; what belongs to a tag goes with it. */
export function withSource(source: TrialSpec["source"], fresh: TrialSpec, names: TagArms, old: TrialSpec): Partial<TrialSpec> {
  if (source === "tag") return tagDesign(old.tag, names, old);
  return old.source === "tag" ? { source, tag: "", arms: fresh.arms, control: fresh.control } : { source };
}

export function freshMetric(others: readonly TrialMetric[], name: string, role: TrialMetric["role"]): TrialMetric {
  const keys = new Set(others.map(({ key }) => key));
  let number = others.length + 1;
  while (keys.has(`m${number}`)) number += 1;
  return { key: `m${number}`, name, role, better: "up", kind: "proportion", config: configOf("proportion", "") };
}

/** What a kind needs at the least, about one event. */
export function configOf(kind: Kind, event: string): Record<string, unknown> {
  const step = event === "" ? {} : { event };
  switch (kind) {
    case "ratio":
      return { numerator: { event: step, of: "events" }, denominator: { event: {}, of: "events" } };
    case "funnel":
      return { steps: [step, {}], within_hours: 24, of: "first_step" };
    case "retention":
      return { event: step, from_day: 7, to_day: 7 };
    case "revenue":
      return { event: step };
    case "quantile":
      return { event: step, of: "revenue", share: 0.5 };
    case "trimmed":
      return { event: step, of: "revenue", share: 0.01 };
    case "top_share":
      return { event: step, of: "revenue", share: 0.1 };
    default:
      return { event: step };
  }
}

/** The event of a step; "" for any. */
export function eventOf(step: unknown): string {
  const found = step !== null && typeof step === "object" ? (step as Config).event : "";
  return typeof found === "string" ? found : "";
}

export function stepOf(event: string): Config {
  return event === "" ? {} : { event };
}

export function numberOf(value: unknown, otherwise: number | null = null): number | null {
  return typeof value === "number" ? value : otherwise;
}

export function textOf(value: unknown, otherwise = ""): string {
  return typeof value === "string" ? value : otherwise;
}

/** The weights so that they add up to 100: equal ones, the first takes what is left. */
export function evenly(count: number): readonly number[] {
  const part = Math.floor(10_000 / count) / 100;
  return Array.from({ length: count }, (_, place) => (place === 0 ? Math.round((100 - part * (count - 1)) * 100) / 100 : part));
}
