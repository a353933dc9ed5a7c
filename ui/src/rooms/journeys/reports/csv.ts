// How does a table of a report leave the page? As CSV with exactly its rows; values unrounded, money in the smallest unit, shares from 0 to 1.
import type { Table } from "./view";

/** A cell that no program for tables takes for a formula. */
function written(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf({ columns, rows }: Table): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map(({ value }) => value))];
  return lines.map((line) => line.map(written).join(",")).join("\n") + "\n";
}
