// How is the value of a metric written, how did it change, and how far is it from its target? Pure functions.
import { formatMoney, formatNumber } from "@/parts/format";
import { minorPerUnit } from "@/parts/money";
import type { Compared, Goal, Metric } from "./queries";

export type Measured = Metric["unit"];

/** In what a value is counted, and how it is read. */
export interface Measure {
  readonly unit: Measured;
  readonly currency: string;
  readonly tag: string;
}

function percent(value: number, tag: string, sign = false): string {
  const digits = Math.abs(value) < 0.01 ? 2 : 1;
  return new Intl.NumberFormat(tag, {
    style: "percent",
    maximumFractionDigits: digits,
    ...(sign ? { signDisplay: "exceptZero" as const } : {}),
  }).format(value);
}

function duration(seconds: number, tag: string): string {
  const part = (value: number, unit: string): string =>
    new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 0 }).format(value);
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.trunc(whole / 3600), Math.trunc((whole % 3600) / 60), whole % 60];
  if (hours !== 0) return `${part(hours, "hour")} ${part(minutes, "minute")}`;
  return minutes !== 0 ? `${part(minutes, "minute")} ${part(rest, "second")}` : part(rest, "second");
}

/** Averages of people keep a digit only where it says something. */
function count(value: number, tag: string): string {
  return new Intl.NumberFormat(tag, { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 }).format(value);
}

export function formatFigure(value: number, { unit, currency, tag }: Measure): string {
  if (unit === "money") return formatMoney(value, currency, tag);
  if (unit === "share") return percent(value, tag);
  if (unit === "seconds") return duration(value, tag);
  if (unit === "people" || unit === "count") return count(value, tag);
  return formatNumber(value, tag);
}

/** Short, for an axis. */
export function formatAxis(value: number, { unit, currency, tag }: Measure): string {
  if (unit === "money") return formatMoney(value, currency, tag, true);
  if (unit === "share") return percent(value, tag);
  if (unit === "seconds") return duration(value, tag);
  return new Intl.NumberFormat(tag, { notation: "compact", maximumFractionDigits: 2 }).format(value);
}

/** A change of a share is told in points, since percent of percent misleads; any other as a part of what it was. */
export interface Change {
  readonly kind: "points" | "relative";
  readonly amount: number;
}

export function changeOf(now: number | null, before: Compared | null, unit: Measured): Change | null {
  const earlier = before?.value.value ?? null;
  if (now === null || before === null || earlier === null) return null;
  if (unit === "share") return { kind: "points", amount: (now - earlier) * 100 };
  return before.change === null ? null : { kind: "relative", amount: before.change };
}

export function formatChange({ kind, amount }: Change, tag: string): string {
  if (kind === "relative") return percent(amount, tag, true);
  return new Intl.NumberFormat(tag, { maximumFractionDigits: Math.abs(amount) < 1 ? 2 : 1, signDisplay: "exceptZero" }).format(amount);
}

export type Turn = "better" | "worse" | "same";

/** Which way it went, seen from what is good; what would be written as zero is no change. */
export function turnOf({ kind, amount }: Change, good: Metric["good"]): Turn {
  const least = kind === "points" ? 0.005 : 0.0005;
  if (Math.abs(amount) < least) return "same";
  return amount > 0 === (good === "up") ? "better" : "worse";
}

/** How far a target is reached, 0 to 1 and beyond; null where that cannot be said. A cost is on target while it is not above it. */
export interface Progress {
  readonly share: number;
  readonly reached: boolean;
}

export function progressOf(goal: Pick<Goal, "target" | "value">, good: Metric["good"]): Progress | null {
  const value = goal.value.value;
  if (value === null) return null;
  if (good === "down") return { share: goal.target === 0 ? 0 : value / goal.target, reached: value <= goal.target };
  return { share: goal.target === 0 ? 1 : value / goal.target, reached: value >= goal.target };
}

/** What people type and read in a field: whole units of money, percent; everything else as it is. */
function scale(unit: Measured, currency: string): number {
  return unit === "money" ? 1 / minorPerUnit(currency) : unit === "share" ? 100 : 1;
}

export function toField(value: number, unit: Measured, currency: string): number {
  return Number((value * scale(unit, currency)).toPrecision(12));
}

export function fromField(shown: number, unit: Measured, currency: string): number {
  const value = shown / scale(unit, currency);
  return unit === "money" ? Math.round(value) : Number(value.toPrecision(12));
}
