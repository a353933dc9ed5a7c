// What did those to be invited bring, beside people as close who were held out?
import { useQuery } from "@tanstack/react-query";
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatMoney, formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import { Ready } from "@/parts/states";
import { useWorkspace } from "@/shell/workspace";
import { useShare } from "../ties/words";
import { effectQuery, type Effect } from "./queries";

export function EffectTable(): ReactNode {
  const { t } = useTranslation();
  const { slug } = useWorkspace();
  const query = useQuery(effectQuery(slug));
  return (
    <Card flush title={t("ladder.effect")} note={t("ladder.effectNote")}>
      <Ready query={query}>{(found) => <Rows items={found.items} currency={found.currency} />}</Ready>
    </Card>
  );
}

function Rows({ items, currency }: { items: readonly Effect[]; currency: string }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const share = useShare();
  const money = (value: number | null): string => (value === null ? "–" : formatMoney(Math.round(value), currency, tag, true));
  const rate = (value: number | null): string => (value === null ? "–" : share(value, 1));
  const columns: TableColumnsType<Effect> = [
    { title: t("ladder.horizon"), key: "days", render: (_, row) => t("ladder.days", { days: formatNumber(row.horizon_days, tag) }) },
    {
      title: t("ladder.watched"),
      key: "people",
      align: "right",
      render: (_, row) => t("ladder.beside", { one: formatNumber(row.invited.people, tag), other: formatNumber(row.held.people, tag) }),
    },
    {
      title: t("ladder.more"),
      key: "value",
      align: "right",
      render: (_, row) =>
        row.value_difference === null
          ? t("ladder.tooFew")
          : t("ladder.range", { value: money(row.value_difference), low: money(row.value_low), high: money(row.value_high) }),
    },
    {
      title: t("ladder.stay"),
      key: "retained",
      align: "right",
      responsive: ["sm"],
      render: (_, row) =>
        row.retained_difference === null
          ? "–"
          : t("ladder.range", { value: rate(row.retained_difference), low: rate(row.retained_low), high: rate(row.retained_high) }),
    },
  ];
  return <Table<Effect> rowKey="horizon_days" size="small" columns={columns} dataSource={[...items]} pagination={false} />;
}
