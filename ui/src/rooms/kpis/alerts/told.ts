// What did a rule find? Read from what a firing kept and from a trial, which say the same things.

export interface Contribution {
  readonly dimension: string;
  readonly value: string;
  readonly before: number | null;
  readonly now: number | null;
  readonly share: number | null;
}

export interface Told {
  readonly value: number | null;
  readonly expected: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** What was to be expected follows the season of the year before. */
  readonly yearly: boolean;
  readonly comparedWith: string | null;
  readonly explanation: readonly Contribution[];
}

type Loose = Readonly<Record<string, unknown>>;

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function contribution(given: Loose): Contribution {
  return {
    dimension: text(given.dimension),
    value: text(given.value),
    before: number(given.before),
    now: number(given.now),
    share: number(given.share),
  };
}

export function readTold(given: Loose): Told {
  const parts = Array.isArray(given.explanation) ? (given.explanation as unknown[]) : [];
  return {
    value: number(given.value),
    expected: number(given.expected),
    low: number(given.low),
    high: number(given.high),
    yearly: given.yearly === true,
    comparedWith: text(given.compared_with) || null,
    explanation: parts.filter((part): part is Loose => typeof part === "object" && part !== null).map(contribution),
  };
}
