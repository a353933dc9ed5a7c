// How is a metric by formula edited? Letters that stand for events or other metrics, and what is worked out of them.
import type { Schemas } from "@/api/client";
import type { Spec } from "./queries";

export const LETTERS = "ABCDEFGHIJ";
export const MEASURES = [
  "events",
  "people",
  "per_person",
  "revenue",
  "sum",
  "average",
  "minimum",
  "maximum",
  "median",
  "p90",
  "p95",
  "p99",
] as const;
export type Measure = (typeof MEASURES)[number];

/** Measures of a property. */
const OF_PROPERTY: ReadonlySet<Measure> = new Set(MEASURES.slice(4));

export function takesProperty(measure: Measure): boolean {
  return OF_PROPERTY.has(measure);
}

export interface LetterDraft {
  readonly id: number;
  readonly kind: "events" | "metric";
  /** "" for any event. */
  readonly event: string;
  readonly measure: Measure;
  readonly property: string;
  readonly metric: string;
  /** What the page does not edit is kept. */
  readonly kept: {
    readonly filter?: Schemas["Series"]["filter"];
    readonly label?: string | null;
    readonly config?: Record<string, unknown>;
  };
}

export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly letters: readonly LetterDraft[];
  readonly formula: string;
  readonly unit: NonNullable<Spec["unit"]>;
  readonly good: NonNullable<Spec["good"]>;
  readonly horizon: NonNullable<Spec["horizon"]>;
}

export function blankLetter(id: number): LetterDraft {
  return { id, kind: "events", event: "", measure: "events", property: "", metric: "", kept: {} };
}

export function blankDraft(): Draft {
  return {
    name: "",
    description: "",
    letters: [blankLetter(0), blankLetter(1)],
    formula: "A / B",
    unit: "ratio",
    good: "up",
    horizon: "short",
  };
}

export function draftOf(spec: Spec): Draft {
  return {
    name: spec.name,
    description: spec.description ?? "",
    letters: spec.letters.map(({ series, metric, config }, id) => ({
      id,
      kind: series ? "events" : "metric",
      event: series?.event ?? "",
      measure: series?.measure ?? "events",
      property: series?.property ?? "",
      metric: metric ?? "",
      kept: { filter: series?.filter ?? null, label: series?.label ?? null, config: config ?? {} },
    })),
    formula: spec.formula,
    unit: spec.unit ?? "ratio",
    good: spec.good ?? "up",
    horizon: spec.horizon ?? "short",
  };
}

function letterOf({ kind, event, measure, property, metric, kept }: LetterDraft): Spec["letters"][number] {
  if (kind === "metric") return { metric, config: kept.config ?? {} };
  return {
    series: {
      event: event === "" ? null : event,
      measure,
      property: takesProperty(measure) ? property.trim() : null,
      filter: kept.filter ?? null,
      label: kept.label ?? null,
    },
  };
}

export function specFrom(draft: Draft): Spec {
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    letters: draft.letters.map(letterOf),
    formula: draft.formula.trim(),
    unit: draft.unit,
    good: draft.good,
    horizon: draft.horizon,
  };
}

export type Lack = "name" | "formula" | "signs" | "letter" | "unused" | "parts";

/** The letters that a formula names, in the order of the alphabet. */
export function lettersIn(formula: string): string[] {
  return [...new Set(formula.match(/[A-Za-z_]+/g) ?? [])].sort();
}

/** What is missing before the formula can be tried, and before it can be saved; what only warns is told too. */
export function lacksOf(draft: Draft): {
  readonly trial: readonly Lack[];
  readonly whole: readonly Lack[];
  readonly warns: readonly Lack[];
} {
  const trial: Lack[] = [];
  const formula = draft.formula.trim();
  const named = lettersIn(formula);
  const known = LETTERS.slice(0, draft.letters.length);
  if (formula === "") trial.push("formula");
  else if (!/^[A-Za-z_0-9.+\-*/() ]+$/.test(formula)) trial.push("signs");
  else if (named.some((name) => name.length !== 1 || !known.includes(name))) trial.push("letter");
  const partial = draft.letters.some((one) =>
    one.kind === "metric" ? one.metric === "" : takesProperty(one.measure) && one.property.trim() === "",
  );
  if (partial) trial.push("parts");
  const unused = trial.length === 0 && known.split("").some((letter) => !named.includes(letter));
  return { trial, whole: draft.name.trim() === "" ? [...trial, "name"] : trial, warns: unused ? ["unused"] : [] };
}

/** A key for a name: what of it can stand in an address, and a number where that is taken or nothing is left. */
export function keyFor(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 60);
  const base = plain === "" ? "metric" : plain;
  for (let n = 1; ; n += 1) {
    const key = n === 1 && plain !== "" ? base : `${base}_${n}`;
    if (!taken.has(key)) return key;
  }
}

/** Takes a letter away; those behind it move up, in the formula too. Null while the formula still names it. */
export function withoutLetter(draft: Draft, place: number): Draft | null {
  const gone = LETTERS[place] ?? "";
  if (lettersIn(draft.formula).includes(gone)) return null;
  const formula = draft.formula.replace(/\b[A-J]\b/g, (letter) => {
    const at = LETTERS.indexOf(letter);
    return at > place ? (LETTERS[at - 1] ?? letter) : letter;
  });
  return { ...draft, formula, letters: draft.letters.filter((_, i) => i !== place) };
}
