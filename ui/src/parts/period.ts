// Which days does the page look at? A word or two dates in the address, turned into a first and a last day of the workspace's zone.
import { addDays, dayOf } from "./format";

export const PRESETS = ["all", "d7", "d30", "d90", "month", "lastMonth", "year"] as const;
export type Preset = (typeof PRESETS)[number];

/** Both days belong to the period; null is open. `key` is what stands in the address. */
export interface Period {
  readonly key: string;
  readonly preset: Preset | null;
  readonly first: string | null;
  readonly last: string | null;
}

const RANGE = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/;
const LENGTH: Partial<Record<Preset, number>> = { d7: 7, d30: 30, d90: 90 };

function isPreset(key: string): key is Preset {
  return (PRESETS as readonly string[]).includes(key);
}

function isDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}

export function rangeKey(first: string, last: string): string {
  return first <= last ? `${first}..${last}` : `${last}..${first}`;
}

/** What cannot be read means all time. */
export function readPeriod(key: string, now: Date, zone: string): Period {
  const range = RANGE.exec(key);
  if (range?.[1] && range[2] && isDay(range[1]) && isDay(range[2]) && range[1] <= range[2]) {
    return { key, preset: null, first: range[1], last: range[2] };
  }
  const preset = isPreset(key) ? key : "all";
  const today = dayOf(now, zone);
  if (preset === "all") return { key: preset, preset, first: null, last: null };
  if (preset === "month") return { key: preset, preset, first: `${today.slice(0, 7)}-01`, last: today };
  if (preset === "lastMonth") {
    const last = addDays(`${today.slice(0, 7)}-01`, -1);
    return { key: preset, preset, first: `${last.slice(0, 7)}-01`, last };
  }
  if (preset === "year") return { key: preset, preset, first: `${today.slice(0, 4)}-01-01`, last: today };
  return { key: preset, preset, first: addDays(today, 1 - (LENGTH[preset] ?? 30)), last: today };
}
