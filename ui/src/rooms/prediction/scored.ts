// What did the newest scoring say of everybody? Read from the numbers that it left.

export interface DriftFeature {
  readonly feature: string;
  readonly zh: string;
  readonly en: string;
  readonly index: number;
}

export interface Drift {
  readonly score: number;
  readonly weighed: number;
  readonly level: "steady" | "moved" | "drifted";
  readonly features: readonly DriftFeature[];
}

export interface Scored {
  readonly people: number;
  readonly version: number | null;
  readonly as_of: string;
  readonly mean: number | null;
  readonly histogram: readonly number[];
  readonly drift: Drift | null;
}

export function scoredOf(result: Readonly<Record<string, unknown>> | null): Scored | null {
  return result && typeof result.people === "number" ? (result as unknown as Scored) : null;
}
