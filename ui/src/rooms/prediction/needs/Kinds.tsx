// Which kinds of thing are due, how often are they bought, and how right was what was said of them? A kind opens whose next need it is.
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import { usePath } from "@/shell/workspace";
import { useFigure, useShare } from "../words";
import type { NeedKind, NeedsResult } from "./queries";

export function Kinds({ result }: { result: NeedsResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const path = usePath();
  const figure = useFigure();
  const share = useShare();
  const behind = (kind: string): string => `${path("tags", "next_need")}?value=${encodeURIComponent(JSON.stringify(kind))}`;
  const columns: TableColumnsType<NeedKind> = [
    {
      title: t("needs.kind"),
      key: "kind",
      render: (_, { kind }) => {
        if (kind === "$visit") return t("needs.visit");
        if (kind === "$order") return t("needs.order");
        return <Link to={behind(kind)}>{kind}</Link>;
      },
    },
    { title: t("needs.due7"), key: "due7", align: "right", render: (_, row) => formatNumber(Math.round(row.due_7), tag) },
    {
      title: t("needs.due28"),
      key: "due28",
      align: "right",
      responsive: ["sm"],
      render: (_, row) => formatNumber(Math.round(row.due_28), tag),
    },
    { title: t("needs.people"), key: "people", align: "right", responsive: ["md"], render: (_, row) => formatNumber(row.people, tag) },
    {
      title: t("needs.usual"),
      key: "usual",
      align: "right",
      render: (_, row) => <span className="tabular">{t("needs.days", { days: figure(row.usual_days, 1) })}</span>,
    },
    {
      title: t("needs.loss"),
      key: "loss",
      align: "right",
      responsive: ["lg"],
      render: (_, { loss, naive_loss: naive }) =>
        loss === null || naive === null ? "–" : t("needs.beside", { loss: figure(loss, 1), naive: figure(naive, 1) }),
    },
    {
      title: t("needs.coverage"),
      key: "coverage",
      align: "right",
      responsive: ["lg"],
      render: (_, { coverage }) => (coverage === null ? "–" : share(coverage, 0)),
    },
  ];
  return (
    <Card flush title={t("needs.kinds")} note={t("needs.kindsNote")}>
      <Table<NeedKind>
        rowKey="kind"
        size="small"
        columns={columns}
        dataSource={[...result.kinds]}
        pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      />
    </Card>
  );
}
