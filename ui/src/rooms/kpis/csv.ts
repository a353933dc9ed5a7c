// How do the numbers of a metric leave the page? As a CSV file with the values as they were measured, unrounded; money in whole units.
import { amountText } from "@/parts/money";
import type { Answer, Value } from "./queries";

/** A cell that no program for tables takes for a formula. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

type Column = Answer["money"][number];

/** A row a bucket, and one for each bucket of each group. Money in the currency that its heading names, shares from 0 to 1; names as in the API. */
export function csvOf(answer: Answer, groupName: (group: Answer["parts"][number]["group"]) => string): string {
  const money = new Set(answer.money);
  const heading = (column: Column): string => (money.has(column) ? `${column} (${answer.currency})` : column);
  const shown = (column: Column, value: number | null): string =>
    value === null ? "" : money.has(column) ? amountText(value, answer.currency) : String(value);
  const numbers = ({ value, numerator, denominator }: Value): string[] => [
    shown("value", value),
    shown("numerator", numerator),
    shown("denominator", denominator),
  ];
  const head = ["group", "first_day", "last_day", ...(["value", "numerator", "denominator", "target"] as const).map(heading), "complete"];
  const series = [
    { name: "", points: answer.points },
    ...answer.parts.map((part) => ({ name: groupName(part.group), points: part.points })),
  ];
  const rows = series.flatMap(({ name, points }) =>
    points.map((point) => [
      cell(name),
      point.first_day,
      point.last_day,
      ...numbers(point.value),
      shown("target", point.target),
      String(point.complete),
    ]),
  );
  return [head, ...rows].map((row) => row.join(",")).join("\n") + "\n";
}
