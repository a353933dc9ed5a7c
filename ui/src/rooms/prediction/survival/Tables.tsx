// Who stays longer, by where they came from, and what of the first month goes with leaving?
import { Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";
import { formatNumber } from "@/parts/format";
import { Card } from "@/parts/Page";
import { useFigure, useShare } from "../words";
import type { Group, Hazard, SurvivalResult } from "./queries";

export function Groups({ result }: { result: SurvivalResult }): ReactNode {
  const { t } = useTranslation();
  const { tag } = useLanguage();
  const share = useShare();
  const figure = useFigure();
  const columns: TableColumnsType<Group> = [
    { title: t("survival.origin"), key: "value", render: (_, { value }) => value || t("survival.unknown") },
    { title: t("lifetime.people"), key: "people", align: "right", render: (_, { people }) => formatNumber(people, tag) },
    { title: t("survival.day", { day: 30 }), key: "30", align: "right", responsive: ["sm"], render: (_, row) => share(row.day_30, 0) },
    { title: t("survival.day", { day: 90 }), key: "90", align: "right", render: (_, row) => share(row.day_90, 0) },
    { title: t("survival.day", { day: 180 }), key: "180", align: "right", responsive: ["sm"], render: (_, row) => share(row.day_180, 0) },
    {
      title: t("survival.median"),
      key: "median",
      align: "right",
      render: (_, { median_days: days }) => (days === null ? "–" : t("needs.days", { days: formatNumber(days, tag) })),
    },
  ];
  const note = result.group_p === null ? t("survival.groupsNote") : t("survival.groupsP", { p: figure(result.group_p, 4) });
  return (
    <Card flush title={t("survival.groups")} note={note}>
      <Table<Group> rowKey="value" size="small" columns={columns} dataSource={[...result.groups]} pagination={false} />
    </Card>
  );
}

export function Effects({ result }: { result: SurvivalResult }): ReactNode {
  const { t } = useTranslation();
  const figure = useFigure();
  const name = (of: string): string => {
    if (of.startsWith("origin:")) return t("survival.cameBy", { origin: of.slice(7) || t("survival.unknown") });
    if (of === "visits" || of === "orders" || of === "spent") return t(`survival.traits.${of}`);
    return of;
  };
  const columns: TableColumnsType<Hazard> = [
    { title: t("survival.trait"), key: "name", render: (_, row) => name(row.name) },
    { title: t("survival.ratio"), key: "ratio", align: "right", render: (_, { ratio }) => `×${figure(ratio, 2)}` },
    {
      title: "95%",
      key: "limits",
      align: "right",
      responsive: ["sm"],
      render: (_, { low, high }) => t("lifetime.range", { low: figure(low, 2), high: figure(high, 2) }),
    },
    { title: "p", key: "p", align: "right", responsive: ["sm"], render: (_, { p }) => figure(p, 4) },
  ];
  const judged = result.concordance === null ? "" : ` ${t("survival.concordance", { c: figure(result.concordance, 2) })}`;
  return (
    <Card flush title={t("survival.effects")} note={`${t("survival.effectsNote")}${judged}`}>
      <Table<Hazard> rowKey="name" size="small" columns={columns} dataSource={[...result.effects]} pagination={false} />
    </Card>
  );
}
