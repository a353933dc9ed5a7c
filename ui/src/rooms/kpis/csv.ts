// How do the numbers of a metric leave the page? As a CSV file with the values as they were measured, unrounded.
import type { Answer, Value } from "./queries";

/** A cell that no program for tables takes for a formula. */
function cell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function numbers({ value, numerator, denominator }: Value): (number | null)[] {
  return [value, numerator, denominator];
}

/** A row a bucket, and one for each bucket of each group. Money in the smallest unit, shares from 0 to 1; names as in the API. */
export function csvOf(answer: Answer, groupName: (group: Answer["parts"][number]["group"]) => string): string {
  const head = ["group", "first_day", "last_day", "value", "numerator", "denominator", "target", "complete"];
  const series = [
    { name: "", points: answer.points },
    ...answer.parts.map((part) => ({ name: groupName(part.group), points: part.points })),
  ];
  const rows = series.flatMap(({ name, points }) =>
    points.map((point) => [name, point.first_day, point.last_day, ...numbers(point.value), point.target, String(point.complete)]),
  );
  return [head, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}
