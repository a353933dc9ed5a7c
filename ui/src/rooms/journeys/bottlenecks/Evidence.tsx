// On what does a finding stand? Both sides with their intervals, the test, and what a passage is worth.
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Facts, type Fact } from "@/parts/Facts";
import { formatMoney, formatNumber } from "@/parts/format";
import { Num } from "@/parts/values";
import type { Outcome } from "./opened";
import { RATE, type Finding, type Scan, type Side } from "./queries";

interface Row {
  readonly key: string;
  readonly name: string;
  readonly side: Side;
}

interface EvidenceProps {
  readonly finding: Finding;
  readonly scan: Scan;
  /** Address at which the people of a number are open. */
  readonly open: (outcome: Outcome, before: boolean) => string;
}

export function Evidence({ finding, scan, open }: EvidenceProps): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const percent = new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 2 });
  const range = ([low, high]: readonly [number, number]): string =>
    t("bottlenecks.between", { low: percent.format(low), high: percent.format(high) });
  const chance = (value: number): string =>
    value < 0.0001 ? "< 0.0001" : new Intl.NumberFormat(tag, { maximumSignificantDigits: 2 }).format(value);
  const rows: Row[] = [
    { key: "now", name: t("bottlenecks.sides.now"), side: finding.now },
    {
      key: "compared",
      name: t(finding.kind === "change" ? "bottlenecks.sides.before" : "bottlenecks.sides.others"),
      side: finding.compared,
    },
  ];
  // All others are many values together, which no cell names.
  const to = (row: Row, outcome: Outcome): string | undefined =>
    row.key === "now" ? open(outcome, false) : finding.kind === "change" ? open(outcome, true) : undefined;
  const label = (row: Row, what: string): string => `${row.name}, ${what}`;
  const columns: TableColumnsType<Row> = [
    { title: t("bottlenecks.side"), key: "name", render: (_, row) => row.name },
    {
      title: t("bottlenecks.entered"),
      key: "people",
      align: "right",
      render: (_, row) => <Num value={row.side.people} to={to(row, "entered")} label={label(row, t("bottlenecks.entered"))} />,
    },
    {
      title: t("bottlenecks.wentOn"),
      key: "onward",
      align: "right",
      render: (_, row) => <Num value={row.side.onward} to={to(row, "onward")} label={label(row, t("bottlenecks.wentOn"))} />,
    },
    {
      title: t("bottlenecks.share"),
      key: "rate",
      align: "right",
      render: (_, { side }) => <span className="tabular">{percent.format(side.rate)}</span>,
    },
    {
      title: t("bottlenecks.interval"),
      key: "interval",
      align: "right",
      responsive: ["sm"],
      render: (_, { side }) => <span className="tabular">{range(side.interval)}</span>,
    },
  ];
  const points = new Intl.NumberFormat(tag, { maximumFractionDigits: 2, signDisplay: "exceptZero" });
  const worth = finding.recoverable.per_passage_minor;
  const facts: Fact[] = [
    [
      t("bottlenecks.difference"),
      t("bottlenecks.points", {
        value: points.format(finding.difference * 100),
        low: points.format(finding.interval[0] * 100),
        high: points.format(finding.interval[1] * 100),
      }),
    ],
    [t("bottlenecks.chance"), t("bottlenecks.chanceValues", { p: chance(finding.p), q: chance(finding.q), rate: percent.format(RATE) })],
    [t("bottlenecks.testsMade"), formatNumber(scan.tests, tag)],
    ...(worth === null ? [] : [[t("bottlenecks.perPassage"), formatMoney(Math.round(worth), scan.currency, tag)] as const]),
  ];
  return (
    <>
      <Table<Row> rowKey="key" size="small" columns={columns} dataSource={rows} pagination={false} style={{ marginBottom: 12 }} />
      <Facts items={facts} columns={2} />
    </>
  );
}
