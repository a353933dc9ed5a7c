// When does a paper go out, in words and as the API is asked for it? Pure functions.
import type { ScheduleSpec } from "./queries";

export const RHYTHMS = ["day", "week", "month"] as const;
export type Every = (typeof RHYTHMS)[number];

export interface ScheduleDraft {
  readonly every: Every;
  readonly weekday: number;
  readonly monthDay: number;
  readonly hour: number;
  readonly language: "zh" | "en";
  readonly receivers: readonly string[];
}

export function isMail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}

export function specOf({ every, weekday, monthDay, hour, language, receivers }: ScheduleDraft): ScheduleSpec {
  const day = every === "week" ? { weekday } : every === "month" ? { month_day: monthDay } : {};
  return { every, hour, language, receivers: [...receivers], ...day };
}

/** Monday is 0. */
export function weekdayName(weekday: number, tag: string): string {
  return new Intl.DateTimeFormat(tag, { timeZone: "UTC", weekday: "long" }).format(new Date(Date.UTC(2024, 0, 1 + weekday)));
}

export function hourName(hour: number): string {
  return `${String(hour).padStart(2, "0")}:00`;
}
