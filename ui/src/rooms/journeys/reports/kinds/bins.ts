// How is a histogram of time written? A row a bin that holds something, from its edge to the next one.
import type { TFunction } from "i18next";

import type { Column, Value } from "../view";

export function binColumns(counted: string, t: TFunction): Column[] {
  return [
    { key: "from", title: t("reports.from"), format: "seconds" },
    { key: "to", title: t("reports.below"), format: "seconds" },
    { key: "count", title: counted, format: "count" },
    { key: "share", title: t("reports.share"), format: "share" },
  ];
}

/** Bins before the first and behind the last one that holds something are left out. */
export function binRows(edges: readonly number[], counts: readonly number[], t: TFunction): Value[][] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  if (first < 0) return [];
  return counts.slice(first, last + 1).map((count, shift): Value[] => {
    const bin = first + shift;
    const share = all === 0 ? null : count / all;
    return [
      { value: edges[bin] ?? null },
      { value: edges[bin + 1] ?? null },
      { value: count, cell: { bin }, label: t("reports.inThisTime"), heat: share ?? 0 },
      { value: share },
    ];
  });
}
