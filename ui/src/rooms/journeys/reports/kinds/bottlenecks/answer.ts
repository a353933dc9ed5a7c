// What does the finder show as a report? Its findings in a sentence each, those worth most first, whose people can be opened.
import type { Scan } from "../../../bottlenecks/queries";
import { sliceWords } from "../../../bottlenecks/words";
import type { Cell, Saying, Value, View } from "../../view";

export function bottlenecksView(data: Scan, { t, language }: Saying): View {
  const words = sliceWords(data.axes, t, language);
  const lost = t("reports.lostThere");
  return {
    empty: data.tests === 0 && data.findings.length === 0,
    figures: [
      { name: t("reports.findings"), value: data.findings.length, format: "count" },
      { name: t("bottlenecks.testsMade"), value: data.tests, format: "count" },
    ],
    pictures: [],
    tables: [
      {
        key: "findings",
        title: t("reports.findings"),
        ...(data.findings.length === 0 ? { note: t("bottlenecks.silent.title") } : {}),
        columns: [
          { key: "rank", title: "#", format: "count" },
          { key: "sentence", title: t("reports.finding"), format: "text" },
          { key: "who", title: t("reports.ofWhom"), format: "text" },
          { key: "lost", title: lost, format: "count" },
          { key: "rate", title: t("bottlenecks.goOn"), format: "share" },
          { key: "recoverable", title: t("bottlenecks.recoverable"), format: "count" },
          { key: "worth", title: t("bottlenecks.worth"), format: "money" },
          { key: "since", title: t("bottlenecks.since"), format: "bucket" },
        ],
        rows: data.findings.map((one, place): Value[] => [
          { value: place + 1 },
          { value: one.sentence[language] },
          { value: words.slice(one.slice) },
          {
            value: one.now.people - one.now.onward,
            cell: one.cell as Cell,
            label: t("bottlenecks.opened.lost", { from: one.from, to: one.to }),
          },
          { value: one.now.rate },
          { value: Math.round(Math.max(one.recoverable.people, 0)) },
          { value: one.recoverable.minor === null ? null : Math.max(one.recoverable.minor, 0) },
          { value: one.since?.day ?? null },
        ]),
      },
    ],
  };
}
