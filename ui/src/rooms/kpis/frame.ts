// Which days does a metric look at, and how are they cut? A period and a unit in the address, kept within what the server takes.
import { addDays, dayOf, formatDay } from "@/parts/format";
import { readPeriod, type Period, type Preset } from "@/parts/period";

export const UNITS = ["day", "week", "month"] as const;
export type Unit = (typeof UNITS)[number];

/** Metrics need two ends, so there is no "all time". */
export const KPI_PRESETS: readonly Preset[] = ["d7", "d30", "d90", "month", "lastMonth", "year"];

/** Both days included. */
export interface Frame {
  readonly period: Period;
  readonly first: string;
  readonly last: string;
  readonly unit: Unit;
}

const MOST_DAYS = 1_100;
const MOST_BUCKETS = 400;

export function isUnit(value: unknown): value is Unit {
  return (UNITS as readonly unknown[]).includes(value);
}

/** How many days, both included. */
export function daysOf(first: string, last: string): number {
  return Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / 86_400_000) + 1;
}

/** Short enough to be drawn, long enough not to be noise. */
function fitting(days: number): Unit {
  return days <= 92 ? "day" : days <= 400 ? "week" : "month";
}

export function readFrame(periodKey: string, unitKey: string, now: Date, zone: string): Frame {
  const asked = readPeriod(periodKey, now, zone);
  const period = asked.preset === "all" ? readPeriod("d30", now, zone) : asked;
  const last = period.last ?? dayOf(now, zone);
  const wanted = period.first ?? addDays(last, -29);
  const first = daysOf(wanted, last) > MOST_DAYS ? addDays(last, 1 - MOST_DAYS) : wanted;
  const days = daysOf(first, last);
  const unit = isUnit(unitKey) && (unitKey !== "day" || days <= MOST_BUCKETS) ? unitKey : fitting(days);
  return { period, first, last, unit };
}

/** The first day of the day, week (from Monday on) or month that a day is in. */
export function bucketOf(day: string, unit: Unit): string {
  if (unit === "day") return day;
  if (unit === "month") return `${day.slice(0, 7)}-01`;
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return addDays(day, -weekday);
}

export function lastDayOf(bucket: string, unit: Unit): string {
  if (unit === "day") return bucket;
  if (unit === "week") return addDays(bucket, 6);
  return addDays(`${addDays(bucket, 31).slice(0, 7)}-01`, -1);
}

/** A day, a week or a month as people call it: "Nov 3 – 9, 2025", "November 2025". */
export function bucketName(bucket: string, unit: Unit, tag: string): string {
  if (unit === "month") {
    return new Intl.DateTimeFormat(tag, { timeZone: "UTC", year: "numeric", month: "long" }).format(new Date(`${bucket}T00:00:00Z`));
  }
  return unit === "day" ? formatDay(bucket, tag) : stretchName(bucket, lastDayOf(bucket, unit), tag);
}

/** Two days as people write a stretch. */
export function stretchName(first: string, last: string, tag: string): string {
  // The short form of Chinese for a stretch is 2026/3/2, which reads like a code.
  if (tag.startsWith("zh")) return `${formatDay(first, tag)} – ${formatDay(last, tag, first.slice(0, 4) !== last.slice(0, 4))}`;
  const at = (day: string): Date => new Date(`${day}T00:00:00Z`);
  return new Intl.DateTimeFormat(tag, { timeZone: "UTC", year: "numeric", month: "short", day: "numeric" }).formatRange(
    at(first),
    at(last),
  );
}
