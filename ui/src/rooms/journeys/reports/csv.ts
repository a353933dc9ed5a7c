// How does a table of a report leave the page? As CSV with exactly its rows; unrounded, money in whole units of its currency, shares from 0 to 1.
import { amountText } from "@/parts/money";
import type { Table } from "./view";

/** A cell that no program for tables takes for a formula. */
function written(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** currency: of the workspace; it stands in the heading of every column of money. */
export function csvOf({ columns, rows }: Table, currency: string): string {
  const head = columns.map(({ title, format }) => written(format === "money" ? `${title} (${currency})` : title));
  const lines = rows.map((row) =>
    row.map(({ value, format }, at) =>
      // Digits only, so nothing that would need quotes.
      typeof value === "number" && (format ?? columns[at]?.format) === "money" ? amountText(value, currency) : written(value),
    ),
  );
  return [head, ...lines].map((line) => line.join(",")).join("\n") + "\n";
}
