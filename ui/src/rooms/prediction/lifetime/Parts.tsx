// How is value spread over people, tenths and cohorts, and who is odd? Every bar and tenth opens the people in it.
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { Facts } from "@/parts/Facts";
import { formatMoney, formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import { usePath } from "@/shell/workspace";
import styles from "../Models.module.css";
import { useShare } from "../words";
import type { Cohort, Result, Tenth } from "./queries";

function useMoney(result: Result): (value: number, compact?: boolean) => string {
  const { tag } = useLanguage();
  return (value, compact = false) => formatMoney(value, result.currency, tag, compact);
}

/** The people of the tag from one value to another. */
function useBehind(): (low: number, high: number) => string {
  const path = usePath();
  return (low, high) => `${path("tags", "lifetime_value")}?low=${String(low)}&high=${String(high)}`;
}

export function Spread({ result }: { result: Result }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const money = useMoney(result);
  const behind = useBehind();
  const bars = result.histogram.filter((bar) => bar.people > 0);
  const most = Math.max(...bars.map((bar) => bar.people), 1);
  return (
    <Card title={t("lifetime.spread")} note={t("lifetime.spreadNote")}>
      <ul className={styles.bars} aria-label={t("lifetime.spread")}>
        {bars.map((bar) => (
          <li key={bar.low}>
            <Link to={behind(bar.low, bar.high)} className="tabular">
              {t("lifetime.range", { low: money(bar.low, true), high: money(bar.high, true) })}
            </Link>
            <span className="tabular faint">{formatNumber(bar.people, tag)}</span>
            <span className={styles.track} aria-hidden>
              <span style={{ width: `${(bar.people / most) * 100}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface Ranked extends Tenth {
  readonly rank: number;
}

export function Tenths({ result }: { result: Result }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const money = useMoney(result);
  const share = useShare();
  const behind = useBehind();
  const rows: Ranked[] = [...result.tenths].reverse().map((tenth, at) => ({ ...tenth, rank: at + 1 }));
  const columns: TableColumnsType<Ranked> = [
    {
      title: t("lifetime.tenth"),
      key: "rank",
      render: (_, { rank, low, high }) => (
        <Link to={behind(low, high)} aria-label={t("lifetime.ofTenth", { tenth: rank })} className="tabular">
          {rank}
        </Link>
      ),
    },
    {
      title: t("lifetime.mean"),
      key: "mean",
      align: "right",
      render: (_, row) => <span className="tabular">{money(row.mean, true)}</span>,
    },
    { title: t("lifetime.share"), key: "share", align: "right", render: (_, row) => <span className="tabular">{share(row.share)}</span> },
    {
      title: t("lifetime.alive"),
      key: "alive",
      align: "right",
      responsive: ["sm"],
      render: (_, row) => <span className="tabular">{share(row.alive, 0)}</span>,
    },
    {
      title: t("lifetime.bought"),
      key: "bought",
      align: "right",
      responsive: ["sm"],
      render: (_, row) => <span className="tabular">{formatNumber(row.purchases, tag)}</span>,
    },
    {
      title: t("lifetime.since"),
      key: "since",
      align: "right",
      responsive: ["sm"],
      render: (_, row) => <span className="tabular">{t("lifetime.sinceDays", { count: Math.round(row.since_days) })}</span>,
    },
    {
      title: t("lifetime.perPurchase"),
      key: "spend",
      align: "right",
      responsive: ["lg"],
      render: (_, row) => <span className="tabular">{money(row.spend, true)}</span>,
    },
  ];
  return (
    <Card flush title={t("lifetime.tenths")} note={t("lifetime.tenthsNote")}>
      <Table<Ranked> rowKey="rank" size="small" columns={columns} dataSource={rows} pagination={false} />
    </Card>
  );
}

export function Cohorts({ result }: { result: Result }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const money = useMoney(result);
  const share = useShare();
  const columns: TableColumnsType<Cohort> = [
    { title: t("lifetime.month"), key: "month", render: (_, row) => <span className="tabular">{row.month}</span> },
    { title: t("lifetime.people"), key: "people", align: "right", render: (_, row) => formatNumber(row.people, tag) },
    {
      title: t("lifetime.spent"),
      key: "spent",
      align: "right",
      responsive: ["sm"],
      render: (_, row) => <span className="tabular">{money(row.spent, true)}</span>,
    },
    {
      title: t("lifetime.expected"),
      key: "value",
      align: "right",
      render: (_, row) => <span className="tabular">{money(row.value, true)}</span>,
    },
    {
      title: t("lifetime.limits"),
      key: "limits",
      align: "right",
      responsive: ["md"],
      render: (_, { low, high }) => (
        <span className="tabular">{t("lifetime.range", { low: money(low, true), high: money(high, true) })}</span>
      ),
    },
    {
      title: t("lifetime.alive"),
      key: "alive",
      align: "right",
      responsive: ["sm"],
      render: (_, row) => <span className="tabular">{share(row.alive, 0)}</span>,
    },
  ];
  return (
    <Card flush title={t("lifetime.cohorts")} note={t("lifetime.cohortsNote")}>
      <Table<Cohort> rowKey="month" size="small" columns={columns} dataSource={[...result.cohorts].reverse()} pagination={false} />
    </Card>
  );
}

export function Odd({ result }: { result: Result }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const money = useMoney(result);
  const { once, refunded, capped, limit } = result.notes;
  const said = (people: number): string => (people > 0 ? formatNumber(people, tag) : t("lifetime.nobody"));
  return (
    <Card title={t("lifetime.odd")}>
      <Facts
        items={[
          [t("lifetime.once"), said(once)],
          [t("lifetime.refunded"), said(refunded)],
          [t("lifetime.capped", { limit: money(limit, true) }), said(capped)],
        ]}
      />
    </Card>
  );
}
