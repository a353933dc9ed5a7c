// What has a campaign learnt that shares people out by what its times before have shown, and what may be said of it?
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { Card } from "@/parts/Page";
import { formatPercent } from "@/rooms/profiles/tags/marks";
import { Num } from "@/parts/values";
import type { CampaignReport } from "./queries";
import { LETTERS } from "./spec";

type Line = CampaignReport["learnt"][number];

/** shares: of the time that is shown, in the order of the variants. */
export function Learnt({ learnt, shares }: { readonly learnt: readonly Line[]; readonly shares: readonly number[] | null }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const percent = (value: number | null | undefined): string => (value == null ? "–" : formatPercent(value, tag));
  const place = ({ letter }: Line): number => LETTERS.findIndex((one) => one === letter.toUpperCase());
  const columns: TableColumnsType<Line> = [
    { title: t("campaigns.variant"), key: "letter", render: (_, one) => <strong>{one.letter.toUpperCase()}</strong> },
    { title: t("campaigns.learnt.had"), key: "had", align: "right", render: (_, one) => percent(shares?.[place(one)]) },
    { title: t("campaigns.counts.people"), key: "people", align: "right", render: (_, one) => <Num value={one.people} /> },
    {
      title: t("campaigns.learnt.reached"),
      key: "reached",
      align: "right",
      responsive: ["sm"],
      render: (_, one) => <Num value={one.reached} />,
    },
    { title: t("campaigns.learnt.rate"), key: "rate", align: "right", render: (_, one) => percent(one.rate) },
    { title: t("campaigns.learnt.best"), key: "best", align: "right", responsive: ["sm"], render: (_, one) => percent(one.best) },
    { title: t("campaigns.learnt.next"), key: "share", align: "right", render: (_, one) => percent(one.share) },
  ];
  return (
    <Card title={t("campaigns.learnt.title")} note={t("campaigns.sharingWarning")} flush>
      <Table<Line>
        rowKey="letter"
        size="small"
        columns={columns}
        dataSource={[...learnt]}
        pagination={false}
        scroll={{ x: "max-content" }}
      />
    </Card>
  );
}
