// Which number of which finding is open? One word in the address: its rank, whose people, and of which period.
import type { Finding } from "./queries";

export const OUTCOMES = ["lost", "onward", "entered"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Opened {
  /** From 1. */
  readonly rank: number;
  readonly outcome: Outcome;
  /** Of the period before. */
  readonly before: boolean;
}

export function wordOf({ rank, outcome, before }: Opened): string {
  return [rank, outcome, ...(before ? ["before"] : [])].join(".");
}

/** Null for what cannot be read. */
export function openedOf(word: string): Opened | null {
  const [rank = "", given, last] = word.split(".");
  const outcome = OUTCOMES.find((each) => each === given);
  return outcome && /^[1-9]\d*$/.test(rank) ? { rank: Number(rank), outcome, before: last === "before" } : null;
}

/** As the API takes it. */
export function cellOf({ cell }: Finding, { outcome, before }: Opened): Record<string, unknown> {
  return { ...cell, outcome, ...(before ? { before } : {}) };
}
