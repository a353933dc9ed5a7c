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

/** What a new schedule begins as. */
export function emptyDraft(language: ScheduleDraft["language"]): ScheduleDraft {
  return { every: "week", weekday: 0, monthDay: 1, hour: 8, language, receivers: [] };
}

/** What is changed of one that there is; the day that its rhythm does not have is that of a new one. */
export function draftOf({ every, hour, weekday, month_day, language = "zh", receivers }: ScheduleSpec): ScheduleDraft {
  const { weekday: first, monthDay } = emptyDraft(language);
  return { every, hour, weekday: weekday ?? first, monthDay: month_day ?? monthDay, language, receivers };
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
