// Which days does a spec look at? All, so many up to today, or from one day to another; as one word for a list of choices.
import type { Period } from "@/parts/period";
import { numberOf, textOf, withFields, type Spec } from "../spec";

export const LENGTHS = [7, 14, 28, 30, 84, 90, 180, 365] as const;

export interface Days {
  readonly last: number | null;
  readonly first: string | null;
  readonly until: string | null;
}

export function daysOf(spec: Spec): Days {
  return { last: numberOf(spec.last_days), first: textOf(spec.first_day) || null, until: textOf(spec.last_day) || null };
}

export function withLast(spec: Spec, days: number | null): Spec {
  return withFields(spec, { first_day: undefined, last_day: undefined, last_days: days ?? undefined });
}

export function withRange(spec: Spec, first: string, last: string): Spec {
  const [from, to] = first <= last ? [first, last] : [last, first];
  return withFields(spec, { first_day: from, last_day: to, last_days: undefined });
}

const MOVING: Readonly<Record<string, number>> = { d7: 7, d30: 30, d90: 90 };

/** The days of a page as a saved report has them: the last so many move on with every day, others stay. */
export function savedDays({ preset, first, last }: Period): Spec {
  const days = preset === null ? undefined : MOVING[preset];
  return days === undefined ? { first_day: first ?? undefined, last_day: last ?? undefined } : { last_days: days };
}
