// How is a number of seconds said? In the largest unit that goes into it without a rest.

export const DURATION_UNITS = ["second", "minute", "hour", "day", "week"] as const;
export type DurationUnit = (typeof DURATION_UNITS)[number];

const SECONDS: Record<DurationUnit, number> = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 };

export function secondsOf(amount: number, unit: DurationUnit): number {
  return amount * SECONDS[unit];
}

export function durationOf(seconds: number): { readonly amount: number; readonly unit: DurationUnit } {
  const unit = DURATION_UNITS.findLast((one) => seconds % SECONDS[one] === 0 && seconds >= SECONDS[one]) ?? "second";
  // Seven days are said as days: a window of one week is seldom thought of as one.
  const shown = unit === "week" && seconds < 4 * SECONDS.week ? "day" : unit;
  return { amount: seconds / SECONDS[shown], unit: shown };
}
