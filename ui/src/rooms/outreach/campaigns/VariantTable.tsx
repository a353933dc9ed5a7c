// How does each wording do, and which one went to the rest?
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/parts/Page";
import { Pill } from "@/parts/Pill";
import { Num, Time } from "@/parts/values";
import type { CampaignReport, VariantCount } from "./queries";
import { LETTERS } from "./spec";

type Took = CampaignReport["times"][number];

export function VariantTable({ report, took, tested }: { report: CampaignReport; took: Took; tested: boolean }): ReactNode {
  const { t } = useTranslation();
  const count = (name: "sent" | "delivered" | "opened" | "clicked" | "bounced" | "not_sent", from?: "sm" | "md" | "lg") => ({
    title: t(`campaigns.counts.${name}`),
    key: name,
    align: "right" as const,
    ...(from ? { responsive: [from] } : {}),
    render: (_: unknown, each: VariantCount) => <Num value={each.sent[name]} />,
  });
  const columns: TableColumnsType<VariantCount> = [
    {
      title: t("campaigns.variant"),
      key: "variant",
      render: (_, each) => (
        <>
          <strong>{each.letter.toUpperCase()}</strong> {each.template}{" "}
          {took.winner !== null && LETTERS[took.winner] === each.letter.toUpperCase() ? (
            <Pill tone="good">{t("campaigns.winner")}</Pill>
          ) : null}
        </>
      ),
    },
    { title: t("campaigns.counts.people"), key: "people", align: "right", render: (_, each) => <Num value={each.people} /> },
    count("sent"),
    count("delivered", "md"),
    count("opened", "sm"),
    count("clicked", "sm"),
    {
      title: t("campaigns.counts.converted"),
      key: "converted",
      align: "right",
      responsive: ["sm"],
      render: (_, each) => <Num value={each.converted} />,
    },
    {
      title: t("campaigns.counts.uplift"),
      key: "uplift",
      align: "right",
      responsive: ["lg"],
      render: (_, { against }) =>
        against?.difference != null && against.low !== null && against.high !== null
          ? t("campaigns.uplift", { points: points(against.difference), low: points(against.low), high: points(against.high) })
          : "–",
    },
    count("bounced", "md"),
    count("not_sent", "md"),
  ];
  return (
    <Card title={t("campaigns.variants")} note={tested ? <Decision took={took} /> : undefined} flush>
      <Table<VariantCount>
        rowKey="letter"
        size="small"
        columns={columns}
        dataSource={[...report.variants]}
        pagination={false}
        scroll={{ x: "max-content" }}
      />
    </Card>
  );
}

function points(share: number): string {
  return `${share >= 0 ? "+" : ""}${(100 * share).toFixed(1)}`;
}

function Decision({ took }: { took: Took }): ReactNode {
  const { t } = useTranslation();
  const { decision, winner } = took;
  if (!decision || winner === null) {
    return took.decide_at ? (
      <>
        {t("campaigns.outlook.decides")} <Time at={took.decide_at} exact />
      </>
    ) : null;
  }
  const sure = `${(100 * (decision.probabilities[winner] ?? 0)).toFixed(1)}%`;
  return <>{t(`campaigns.decided.${decision.why}`, { letter: LETTERS[winner], sure })}</>;
}
