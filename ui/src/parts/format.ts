// How is a number, an amount or a time written? Pure functions of the value, the language and the workspace's zone.
import { digitsOf } from "./money";

export function formatNumber(value: number, tag: string): string {
  return new Intl.NumberFormat(tag, { maximumFractionDigits: 2 }).format(value);
}

/** Short form for axes: 12K, 3.4M; 1.2万 in Chinese. */
export function formatCompact(value: number, tag: string): string {
  return new Intl.NumberFormat(tag, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** `minor` counts the smallest unit of the currency: cents, yen, fen. */
export function formatMoney(minor: number, currency: string, tag: string, compact = false): string {
  const base: Intl.NumberFormatOptions = { style: "currency", currency: currency || "USD", currencyDisplay: "narrowSymbol" };
  const digits = digitsOf(currency);
  const places = compact
    ? { notation: "compact" as const, maximumFractionDigits: 1, minimumFractionDigits: 0 }
    : { maximumFractionDigits: digits, minimumFractionDigits: digits };
  return new Intl.NumberFormat(tag, { ...base, ...places }).format(minor / 10 ** digits);
}

/** `micros` counts millionths of the currency: what a short message costs is less than its smallest unit. */
export function formatMicros(micros: number, currency: string, tag: string): string {
  const shown: Intl.NumberFormatOptions = { style: "currency", currency: currency || "USD", currencyDisplay: "narrowSymbol" };
  const places = { minimumFractionDigits: digitsOf(currency), maximumFractionDigits: 6 };
  return new Intl.NumberFormat(tag, { ...shown, ...places }).format(micros / 1_000_000);
}

export function formatTime(iso: string, zone: string, tag: string, seconds = true): string {
  return new Intl.DateTimeFormat(tag, {
    timeZone: zone,
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
    hourCycle: "h23",
  }).format(new Date(iso));
}

export function formatClock(iso: string, zone: string, tag: string): string {
  return new Intl.DateTimeFormat(tag, { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(
    new Date(iso),
  );
}

/** `day` is a calendar date (YYYY-MM-DD); it has no zone, so none is applied. */
export function formatDay(day: string, tag: string, year = true): string {
  return new Intl.DateTimeFormat(tag, { timeZone: "UTC", ...(year ? { year: "numeric" } : {}), month: "short", day: "numeric" }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

/** The calendar date of an instant in a zone, as YYYY-MM-DD. */
export function dayOf(instant: Date, zone: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(instant);
}

export function addDays(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

export function formatRelative(iso: string, now: number, tag: string): string {
  const ahead = (new Date(iso).getTime() - now) / 1000;
  const seconds = ahead > 0 && ahead < 60 ? 0 : ahead; // a row fresher than our clock happened now, not "in 3 seconds"
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(tag, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** Bytes as people read them; 1 kB is 1000 B. */
export function formatBytes(bytes: number, tag: string): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(tag, {
    style: "unit",
    unit: units[power] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: power === 0 ? 0 : 1,
  }).format(bytes / 1000 ** power);
}

/** A length of time in its largest unit: 42 seconds, 3 minutes, 2 hours. */
export function formatDuration(seconds: number, tag: string): string {
  const [unit, size] = (
    [
      ["day", 86_400],
      ["hour", 3600],
      ["minute", 60],
    ] as const
  ).find(([, length]) => seconds >= length) ?? ["second", 1];
  return new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 }).format(seconds / size);
}
